import { queueOf } from '../../domain/address.ts';
import type { GuestInstance, SecretRef } from '../../domain/estate.ts';
import { doing } from '../contracts/cmdlet-failures.ts';
import type { CmdletRunner } from '../contracts/cmdlets.ts';
import type { GuestOrder } from '../contracts/guest.ts';
import { notFinished } from '../contracts/mishap.ts';
import { reachable } from './addresses.ts';
import { isAnswered, readAnswer } from './answer.ts';
import { type Way, waysInto } from './channels.ts';
import { failures, isUnreachable } from './failures.ts';
import { hostKeys } from './host-keys.ts';
import { overPowerShell } from './remoting.ts';
import { guestScripts } from './scripts.ts';
import { overSsh, type SshHost, SshTrouble } from './ssh.ts';
import { type Sighting, watch, wordsOf } from './watch.ts';
import type { Answer, ScriptName } from './wire.ts';

export interface GuestDeps {
  readonly instance: GuestInstance;
  readonly run: CmdletRunner;
  readonly resolveSecret: (ref: SecretRef) => Promise<string>;
  readonly agentVersion: string;
  /** Hears what scripts are asked and answer over SSH; those over PowerShell go through `run`. */
  readonly heard?: (exchange: HeardScript) => void;
  /** Host key fingerprints (`SHA256:…`) by address or `address:port`, of guests and of the bastion. */
  readonly knownHosts?: Readonly<Record<string, string>>;
  /** Texts of the scripts by file name; those of the working directory where not given. */
  readonly scripts?: Readonly<Record<string, string>>;
}

export interface HeardScript {
  readonly asked: { readonly script: string; readonly argument: string };
  /** Standard output and error as they were. */
  readonly answered: { readonly said: string; readonly complained: string; readonly code: number | null } | null;
  readonly failed: string | null;
  readonly tookMs: number;
}

/** What the verbs work with. */
export interface GuestRoom {
  readonly agentVersion: string;
  /**
   * Runs one of our scripts inside the guest. Throws `NotFinished` while it boots, `Unreachable` where nobody answers,
   * `Configuration` where the log-in, the host key or the way itself is wrong.
   */
  readonly ask: <S extends ScriptName>(order: GuestOrder, script: S, argument: object) => Promise<Answer<S>>;
  /** What the Hyper-V host sees of the guest from outside. */
  readonly watch: (order: GuestOrder) => Promise<Sighting>;
}

/** Milliseconds a script gets; an initramfs is built in minutes, services start in minutes. */
const PATIENCE: Readonly<Record<ScriptName, number>> = {
  inspect: 120_000,
  prepare: 540_000,
  readdress: 240_000,
  check: 480_000,
  tidy: 540_000,
};

const encode = (argument: object): string => Buffer.from(JSON.stringify(argument), 'utf8').toString('base64');

export const guestRoom = (deps: GuestDeps): GuestRoom => {
  const { instance, run } = deps;
  const scripts = deps.scripts ?? guestScripts();
  const keys = hostKeys(deps.knownHosts ?? {}, instance.trustFirstUse);

  const look = (order: GuestOrder): Promise<Sighting> =>
    doing({ at: queueOf(order.to), vm: order.vm.name, doing: `${order.vm.name} was looked at on its host` }, () =>
      watch(run, order.vm.id),
    );

  const secret = async (order: GuestOrder, ref: SecretRef): Promise<string> => {
    try {
      return await deps.resolveSecret(ref);
    } catch {
      // The resolver's own message may quote what it found.
      throw failures.noSecret(order, ref);
    }
  };

  const bySsh = async (order: GuestOrder, way: Way & { address: string }, script: ScriptName, argument: string) => {
    const { bastion } = instance;
    const host = async (at: { host: string; port: number }, login: Way['login']): Promise<SshHost> => ({
      ...at,
      user: login.user,
      password: await secret(order, login.password),
    });
    const began = performance.now();
    const say = (answered: HeardScript['answered'], failed: string | null): void =>
      deps.heard?.({
        asked: { script: `${script}.sh`, argument },
        answered,
        failed,
        tookMs: performance.now() - began,
      });
    const outcome = await overSsh({
      target: await host({ host: way.address, port: instance.sshPort }, way.login),
      bastion: bastion ? await host(bastion, bastion.login) : null,
      command: `sh -s -- ${argument}`,
      input: scripts[`${script}.sh`] ?? '',
      timeoutMs: PATIENCE[script],
      keys,
    }).catch((error: unknown) => {
      say(null, error instanceof SshTrouble ? error.kind : 'unknown');
      throw error;
    });
    say(outcome, null);
    const { said, complained } = outcome;
    if (!isAnswered(said)) throw failures.noAnswer(order, script, '', (complained || said).trim().slice(0, 300));
    return said;
  };

  const byWay = async (order: GuestOrder, way: Way, script: ScriptName, argument: string): Promise<string> => {
    try {
      if (way.channel === 'ssh') return await bySsh(order, way, script, argument);
      const remote = way.channel === 'direct' ? { vm: order.vm.id } : { address: way.address };
      const called = { name: `${script}.ps1`, argument, timeoutMs: PATIENCE[script] };
      return await overPowerShell(run, way.login, remote, called);
    } catch (thrown) {
      throw failures.ofChannel(order, script, thrown);
    }
  };

  /** Nobody answered: where a Hyper-V host knows the guest is still on its way, that is what is said. */
  const unlessBooting = async (order: GuestOrder, failure: unknown): Promise<unknown> => {
    if (order.platform.product !== 'hyper-v') return failure;
    const seen = await look(order).catch(() => null);
    if (seen && !seen.isUp) return notFinished(`${order.vm.name} boots: it ${wordsOf(seen)}`, wordsOf(seen));
    return failure;
  };

  /** Where the order knows no address, a Hyper-V host may. */
  const addressesOf = async (order: GuestOrder): Promise<readonly string[]> => {
    const known = reachable(order.addresses);
    const needsNone = order.os === 'windows' && instance.channels.includes('direct');
    if (known.length > 0 || order.platform.product !== 'hyper-v' || needsNone) return known;
    const seen = await look(order);
    const shown = reachable(seen.adapters.flatMap(({ addresses }) => addresses));
    if (shown.length === 0) notFinished(`${order.vm.name} shows no address yet: it ${wordsOf(seen)}`, wordsOf(seen));
    return shown;
  };

  return {
    agentVersion: deps.agentVersion,
    watch: look,
    ask: async (order, script, argument) => {
      const encoded = encode(argument);
      let failure: unknown;
      for (const way of waysInto(instance, order, await addressesOf(order))) {
        try {
          return readAnswer(order, script, await byWay(order, way, script, encoded));
        } catch (thrown) {
          if (!isUnreachable(thrown)) throw thrown;
          failure = thrown;
        }
      }
      throw await unlessBooting(order, failure);
    },
  };
};
