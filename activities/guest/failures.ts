import { ApplicationFailure } from '@temporalio/common';
import { queueOf } from '../../domain/address.ts';
import { type Doing, failureOf } from '../contracts/cmdlet-failures.ts';
import { CmdletFailed } from '../contracts/cmdlets.ts';
import type { GuestOrder } from '../contracts/guest.ts';
import { mishap, unreachable } from '../contracts/mishap.ts';
import { SshTrouble } from './ssh.ts';
import type { ScriptName } from './wire.ts';

const told = (order: GuestOrder) => ({ vm: order.vm.name, at: queueOf(order.to) });

/** What the script had done when it gave up: each is safe to run again. */
const CHANGED: Readonly<Record<ScriptName, string>> = {
  inspect: 'nothing',
  check: 'nothing',
  prepare: 'perhaps some settings inside the guest; running it again leaves the same',
  readdress: 'perhaps some addresses inside the guest; running it again leaves the same',
  tidy: 'perhaps some agents are gone; running it again takes the rest',
};

/** Refusals of our own scripts, with what a person does about them. */
const FIXES: Readonly<Record<string, string>> = {
  notRoot: 'Let the account of the plan become root by sudo without a password, or name root.',
  noInitramfsTool: 'Install dracut or initramfs-tools in the guest, then retry.',
  notRebuilt: 'Rebuild the initramfs by hand, see why it fails, then retry.',
  noDrivers: 'Install a kernel that has the Hyper-V drivers, then retry.',
  noTrigger: 'Give it cron, or plan its adapters as “keep” and give it the addresses by hand.',
  noSanPolicy: 'Set the SAN policy to OnlineAll by diskpart, then retry.',
  notWritten: 'See that its system disk is writable and not full, then retry.',
  notConfigured: 'Look at how this guest configures its network; give it the addresses by hand, then retry.',
};

const LOGIN = 'Correct user and password of this guest instance; a local account works without a domain controller.';
const WRONG_LOGIN = /^(LogonFailure|AccessDenied)\b|credential is invalid/i;
/** WinHTTP 12175: the certificate is not trusted, names another host or has run out. */
const WRONG_CERTIFICATE = /^12175\b/;

const isWrong = (thrown: CmdletFailed, pattern: RegExp): boolean =>
  pattern.test(thrown.error.fullyQualifiedErrorId) || pattern.test(thrown.error.message);

const ofSsh = (order: GuestOrder, trouble: SshTrouble): ApplicationFailure => {
  const said = `${order.vm.name} over SSH: ${trouble.message}`;
  switch (trouble.kind) {
    case 'login':
      return mishap.configuration(said, {
        ...told(order),
        fix: trouble.atBastion ? 'Correct user and password of the bastion.' : LOGIN,
      });
    case 'unknownKey':
      return mishap.configuration(said, {
        ...told(order),
        fix: 'Compare the fingerprint on the console of that machine; make it known to this guest instance, or set trustFirstUse.',
      });
    case 'changedKey':
      return mishap.configuration(said, {
        ...told(order),
        likely: 'Another machine answers at this address, or its host keys were made anew.',
        fix: 'Find out which machine answers. Where it is the right one, make its new fingerprint known and restart this agent.',
      });
    case 'forbidden':
      return mishap.configuration(said, { ...told(order), fix: 'Let the bastion forward TCP to the guests.' });
    case 'away':
    case 'lost':
      return unreachable(said);
  }
};

/** InvalidVMState: PowerShell Direct wants a running VM, and one that does not run yet may do so soon. */
const ofRemoting = (order: GuestOrder, script: string, thrown: unknown): unknown => {
  const where: Doing = { ...told(order), doing: `${script} ran inside ${order.vm.name}`, changed: 'unknown' };
  if (!(thrown instanceof CmdletFailed)) return failureOf(thrown, where);
  if (isWrong(thrown, WRONG_LOGIN))
    return mishap.configuration(`${order.vm.name} does not accept the log-in of ${queueOf(order.to)}`, {
      ...told(order),
      fix: LOGIN,
    });
  if (isWrong(thrown, WRONG_CERTIFICATE))
    return mishap.configuration(`The certificate of ${order.vm.name} for WinRM is not trusted on this agent`, {
      ...told(order),
      fix: 'Give the guest a certificate for its address from an authority this agent trusts, or use another channel.',
    });
  if (/^InvalidVMIdNotSingle\b/.test(thrown.error.fullyQualifiedErrorId))
    return mishap.missing(`The host has no VM ${order.vm.id}`, {
      ...told(order),
      fix: 'Look for it on the host; was it removed or moved by hand?',
    });
  if (/^(InvalidVMState|CreateRemoteRunspaceForVMFailed)\b/.test(thrown.error.fullyQualifiedErrorId))
    return unreachable(`${order.vm.name}: ${thrown.error.message}`);
  return failureOf(thrown, where);
};

export const isUnreachable = (thrown: unknown): thrown is ApplicationFailure =>
  thrown instanceof ApplicationFailure && thrown.type === 'Unreachable';

export const failures = {
  /** Of whatever a channel threw. */
  ofChannel: (order: GuestOrder, script: string, thrown: unknown): unknown =>
    thrown instanceof SshTrouble ? ofSsh(order, thrown) : ofRemoting(order, script, thrown),

  refusal: (order: GuestOrder, script: ScriptName, error: { readonly code: string; readonly message: string }) => {
    const fix = FIXES[error.code];
    const detail = { ...told(order), changed: CHANGED[script], facts: { script, code: error.code } };
    const said = `${script} inside ${order.vm.name}: ${error.message}`;
    return fix
      ? mishap.configuration(said, { ...detail, fix })
      : mishap.vendor(said, { ...detail, fix: 'Read what the guest says, mend the cause there, then retry.' });
  },

  noAnswer: (order: GuestOrder, script: ScriptName, where: string, said = '') =>
    mishap.vendor(
      `${script} inside ${order.vm.name} gave no answer we can read${where ? ` (${where})` : ''}${said ? `: ${said}` : ''}`,
      {
        ...told(order),
        changed: CHANGED[script],
        fix: 'Log in to the guest by the same account and see what its shell says; then retry.',
      },
    ),

  noChannel: (order: GuestOrder, wanted: string) =>
    mishap.configuration(`${queueOf(order.to)} has no way into ${order.vm.name}: ${wanted}`, {
      ...told(order),
      fix: 'Add the channel and its log-in to this guest instance in the plan.',
    }),

  noAddress: (order: GuestOrder) =>
    mishap.configuration(`No address of ${order.vm.name} is known at ${queueOf(order.platform)}`, {
      ...told(order),
      likely: 'Its guest tools do not answer, or it takes its address by DHCP.',
      fix: 'Make its guest tools work, or give it a static address in the plan.',
    }),

  noSecret: (order: GuestOrder, ref: string) =>
    mishap.configuration(`The secret ${ref} cannot be read on this worker`, {
      ...told(order),
      fix: 'Set it where the agent of this instance runs.',
    }),
} as const;
