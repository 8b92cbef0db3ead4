import { type CmdletError, CmdletFailed, RunnerFailed } from './cmdlets.ts';
import { mishap, notFinished, throttled, unreachable } from './mishap.ts';

/**
 * What a cmdlet's error means, whatever language the host speaks. V §3.5, §3.6
 *
 * - `missing`      the object is not there
 * - `busy`         another operation holds it; goes away by itself
 * - `throttled`    a quota of shells or sessions is used up
 * - `unreachable`  the service behind the cmdlet does not answer
 * - `wrongState`   refused in the present state
 * - `exists`       there is one already
 * - `denied`       log-in or rights
 * - `licence`      the licence does not allow it
 * - `notInstalled` the cmdlet or its module is not on this host
 * - `badCall`      the cmdlet does not take what we gave: another version of the module, or a fault of ours
 * - `prompt`       it wanted to ask a person
 * - `noMemory`     the host has not enough memory
 * - `brokenDisk`   a file of a disk's chain is missing or damaged
 * - `other`        the product tried and failed
 */
export type CmdletTrouble =
  | 'missing'
  | 'busy'
  | 'throttled'
  | 'unreachable'
  | 'wrongState'
  | 'exists'
  | 'denied'
  | 'licence'
  | 'notInstalled'
  | 'badCall'
  | 'prompt'
  | 'noMemory'
  | 'brokenDisk'
  | 'other';

type Reading = readonly [RegExp, CmdletTrouble];

/** Identifiers are the same in every language, so they come first. */
const BY_ID: readonly Reading[] = [
  [/^CommandNotFoundException\b|^CouldNotAutoLoadModule|^Modules_ModuleNotFound/i, 'notInstalled'],
  [/^InvalidParameter,Microsoft\.HyperV\.PowerShell\.Commands\.GetVM(Command)?$/i, 'missing'],
  [/^(ItemNotFound|PathNotFound)\b/i, 'missing'],
  [/^InvalidState,Microsoft\.HyperV\./i, 'wrongState'],
  [/^wsman:QuotaLimit|QuotaLimit/i, 'throttled'],
  [/PSSessionOpenFailed|PSRemotingTransportException|PSSessionStateBroken/i, 'unreachable'],
  [/UnauthorizedAccess|AccessDenied|^AuthorizationManager/i, 'denied'],
  [
    /^(NamedParameterNotFound|AmbiguousParameterSet|MissingMandatoryParameter|CannotConvertArgument|ParameterArgument\w+)\b/i,
    'badCall',
  ],
];

const BY_CATEGORY: Readonly<Record<string, CmdletTrouble>> = {
  PermissionDenied: 'denied',
  AuthenticationError: 'denied',
  SecurityError: 'denied',
  ResourceUnavailable: 'unreachable',
  ConnectionError: 'unreachable',
  OperationTimeout: 'unreachable',
  LimitsExceeded: 'throttled',
  QuotaExceeded: 'throttled',
  ResourceBusy: 'busy',
  ResourceExists: 'exists',
  ObjectNotFound: 'missing',
  NotInstalled: 'notInstalled',
};

/** Result codes, too, are the same in every language; Windows prints them into the message. */
const BY_CODE: readonly Reading[] = [
  [/0x8007000E/i, 'noMemory'],
  [/0x80070020/i, 'busy'],
  [/0xC03A0006/i, 'brokenDisk'],
  [/0x80070005/i, 'denied'],
];

/** Only what comes without an identifier of its own. */
const BY_TEXT: readonly Reading[] = [
  [
    /being modified by another operation|Rolling back the virtual machine configuration|Failed to modify device/i,
    'busy',
  ],
  [/not enough memory/i, 'noMemory'],
  [/NonInteractive mode/i, 'prompt'],
  [/Failed to connect to Veeam Backup|timed? ?out/i, 'unreachable'],
  [/locked by (a )?running|is (currently )?locked/i, 'busy'],
  [/certificate.*(not trusted|untrusted)|Access is denied|not enough rights|role is missing/i, 'denied'],
  [/licen[cs]e/i, 'licence'],
];

const firstOf = (readings: readonly Reading[], text: string): CmdletTrouble | undefined =>
  readings.find(([pattern]) => pattern.test(text))?.[1];

/** What an error means: by identifier, then by result code, then by category, and by words only where there is nothing else. */
export const troubleOf = (error: CmdletError): CmdletTrouble =>
  firstOf(BY_ID, error.fullyQualifiedErrorId) ??
  firstOf(BY_CODE, error.message) ??
  BY_CATEGORY[error.category] ??
  firstOf(BY_TEXT, error.message) ??
  'other';

/** Whether a thrown value is a cmdlet's word for this trouble. */
export const isTrouble = (thrown: unknown, trouble: CmdletTrouble): thrown is CmdletFailed =>
  thrown instanceof CmdletFailed && troubleOf(thrown.error) === trouble;

/** Where and at what a failure happened, in the driver's words; `changed` is what had changed before. */
export interface Doing {
  readonly at: string;
  readonly vm?: string;
  /** As in `while the adapters of web-03 were connected`. */
  readonly doing: string;
  readonly changed?: string;
}

const PATIENCE_MS = 30_000;

/** The failure that would be thrown, as a value. */
const made = (raise: () => unknown): unknown => {
  try {
    return raise();
  } catch (failure) {
    return failure;
  }
};

const ofCmdlet = (failed: CmdletFailed, where: Doing): unknown => {
  const { call, error } = failed;
  const said = `${call.cmdlet} failed while ${where.doing}: ${error.message}`;
  const told = {
    at: where.at,
    ...(where.vm === undefined ? {} : { vm: where.vm }),
    changed: where.changed ?? 'nothing by this call; earlier calls of the same list have run',
    facts: { cmdlet: call.cmdlet, category: error.category, errorId: error.fullyQualifiedErrorId },
  };
  switch (troubleOf(error)) {
    case 'busy':
      return made(() => notFinished(said, `${call.cmdlet} busy`));
    case 'throttled':
      return throttled(said, PATIENCE_MS);
    case 'unreachable':
      return unreachable(said);
    case 'missing':
      return mishap.missing(said, { ...told, fix: 'Look for it on the host; was it removed or moved by hand?' });
    case 'exists':
      return mishap.conflict(said, { ...told, fix: 'Remove or rename the object that is there, then retry.' });
    case 'wrongState':
      return mishap.refused(said, { ...told, fix: 'Look at the state on the host, bring it to rest, then retry.' });
    case 'noMemory':
      return mishap.refused(said, {
        ...told,
        fix: 'Free memory on the host, then retry.',
        likely: 'Other VMs use the memory of this host.',
      });
    case 'denied':
      return mishap.configuration(said, {
        ...told,
        fix: 'Give the account of this agent the rights, or correct its log-in, then retry.',
      });
    case 'licence':
      return mishap.configuration(said, { ...told, fix: 'Free or add licences, then retry.' });
    case 'notInstalled':
      return mishap.configuration(said, {
        ...told,
        fix: 'Install the PowerShell module on the host of this agent, or name the PowerShell that has it.',
      });
    case 'badCall':
      return mishap.configuration(said, {
        ...told,
        fix: 'Compare the version of the module with the supported ones.',
        likely: 'The module on this host is of another version.',
      });
    case 'prompt':
      return mishap.refused(said, {
        ...told,
        fix: 'Do this step by hand once and read what it asks.',
        likely: 'The product wanted a person to confirm.',
      });
    case 'brokenDisk':
      return mishap.vendor(said, {
        ...told,
        fix: 'Check the chain of the disk with Test-VHD; a file is missing or damaged.',
      });
    case 'other':
      return mishap.vendor(said, { ...told, fix: 'Read the message of the product, mend the cause, then retry.' });
  }
};

const ofRunner = (failed: RunnerFailed, where: Doing): unknown => {
  const said = `${failed.message} (while ${where.doing})`;
  return failed.kind === 'refused'
    ? mishap.configuration(said, {
        at: where.at,
        fix: 'Correct the configuration of this agent: its catalogue, its scripts or its secrets.',
      })
    : unreachable(said);
};

/**
 * The failure an activity throws for what a runner threw. A runner without an answer is `Unreachable`: what it did is unknown,
 * so the next attempt observes again. Anything else, also a failure that is one already, comes back as it is.
 */
export const failureOf = (thrown: unknown, where: Doing): unknown => {
  if (thrown instanceof CmdletFailed) return ofCmdlet(thrown, where);
  if (thrown instanceof RunnerFailed) return ofRunner(thrown, where);
  return thrown;
};

/** Runs one step of a driver and turns what cmdlets and runner throw into failures. */
export const doing = async <T>(where: Doing, step: () => Promise<T>): Promise<T> => {
  try {
    return await step();
  } catch (thrown) {
    throw failureOf(thrown, where);
  }
};
