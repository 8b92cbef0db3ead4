import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import {
  type CmdletTrouble,
  doing,
  failureOf,
  isTrouble,
  troubleOf,
} from '../../activities/contracts/cmdlet-failures.ts';
import { type CmdletCall, CmdletFailed, RunnerFailed } from '../../activities/contracts/cmdlets.ts';

const call: CmdletCall = { id: 'start', cmdlet: 'Start-VM', parameters: {}, select: [] };
const error = (category: string, fullyQualifiedErrorId: string, message = 'etwas ging schief') => ({
  category,
  fullyQualifiedErrorId,
  message,
});
const failed = (...args: Parameters<typeof error>): CmdletFailed => new CmdletFailed(call, error(...args), new Map());
const where = { at: 'hyper-v@stage01', vm: 'web-01', doing: 'web-01 was started' };

const made = (thrown: unknown): ApplicationFailure => {
  const failure = failureOf(thrown, where);
  if (!(failure instanceof ApplicationFailure)) throw new Error('no failure was made');
  return failure;
};

test.each<[CmdletTrouble, ...Parameters<typeof error>]>([
  ['missing', 'InvalidArgument', 'InvalidParameter,Microsoft.HyperV.PowerShell.Commands.GetVM'],
  ['missing', 'ObjectNotFound', 'PathNotFound,Microsoft.PowerShell.Commands.RemoveItemCommand'],
  ['missing', 'ObjectNotFound', 'Any,Any'],
  ['other', 'InvalidArgument', 'InvalidParameter,Microsoft.HyperV.PowerShell.Commands.ConnectVMNetworkAdapter'],
  ['wrongState', 'InvalidOperation', 'InvalidState,Microsoft.HyperV.PowerShell.Commands.SetVMProcessor'],
  ['other', 'NotSpecified', 'OperationFailed,Microsoft.HyperV.PowerShell.Commands.StartVM'],
  [
    'noMemory',
    'NotSpecified',
    'OperationFailed,Microsoft.HyperV.PowerShell.Commands.StartVM',
    'zu wenig Speicher (0x8007000E)',
  ],
  [
    'noMemory',
    'NotSpecified',
    'OperationFailed,Microsoft.HyperV.PowerShell.Commands.StartVM',
    'Not enough memory in the system',
  ],
  ['busy', 'NotSpecified', 'OperationFailed,Any', 'wird verwendet (0x80070020)'],
  ['busy', 'NotSpecified', 'OperationFailed,Any', 'The VM is being modified by another operation'],
  ['busy', 'ResourceBusy', 'Any'],
  ['brokenDisk', 'NotSpecified', 'OperationFailed,Any', '0xC03A0006'],
  ['unreachable', 'ResourceUnavailable', 'Any'],
  ['unreachable', 'OpenError', 'PSSessionOpenFailed'],
  ['unreachable', 'OpenError', 'WinRMOperationTimeout,PSSessionStateBroken'],
  ['throttled', 'OpenError', 'wsman:QuotaLimit,PSSessionOpenFailed'],
  ['denied', 'PermissionDenied', 'Any'],
  ['denied', 'NotSpecified', 'UnauthorizedAccess,Any'],
  ['denied', 'NotSpecified', 'OperationFailed,Any', 'Zugriff verweigert (0x80070005)'],
  ['notInstalled', 'ObjectNotFound', 'CommandNotFoundException,Microsoft.PowerShell.Commands.GetCommandCommand'],
  ['badCall', 'InvalidArgument', 'NamedParameterNotFound,Any'],
  ['badCall', 'InvalidData', 'ParameterArgumentTransformationError,Any'],
  ['prompt', 'InvalidOperation', 'InvalidOperation,Any', 'Windows PowerShell is in NonInteractive mode.'],
  ['unreachable', 'NotSpecified', 'Any', 'Failed to connect to Veeam Backup & Replication server'],
  ['denied', 'NotSpecified', 'Any', 'The certificate is not trusted'],
  ['licence', 'NotSpecified', 'Any', 'License has expired'],
  ['exists', 'ResourceExists', 'Any'],
  ['other', '', ''],
])('%s is read from category %j, id %j', (trouble, ...args) => {
  expect(troubleOf(error(...args))).toBe(trouble);
});

test('an identifier outweighs the words beside it', () => {
  expect(
    troubleOf(
      error('InvalidOperation', 'InvalidState,Microsoft.HyperV.PowerShell.Commands.StartVM', 'Access is denied'),
    ),
  ).toBe('wrongState');
});

test.each<[string, ...Parameters<typeof error>]>([
  ['Missing', 'InvalidArgument', 'InvalidParameter,Microsoft.HyperV.PowerShell.Commands.GetVM'],
  ['Refused', 'InvalidOperation', 'InvalidState,Microsoft.HyperV.PowerShell.Commands.StartVM'],
  ['Refused', 'NotSpecified', 'Any', '0x8007000E'],
  ['NotFinished', 'ResourceBusy', 'Any'],
  ['Unreachable', 'ResourceUnavailable', 'Any'],
  ['Throttled', 'LimitsExceeded', 'Any'],
  ['Configuration', 'PermissionDenied', 'Any'],
  ['Configuration', 'ObjectNotFound', 'CommandNotFoundException'],
  ['Conflict', 'ResourceExists', 'Any'],
  ['Vendor', 'NotSpecified', 'OperationFailed,Any'],
])('becomes %s: category %j, id %j', (type, ...args) => {
  expect(made(failed(...args)).type).toBe(type);
});

test('a failure that ends a verb tells where, what was said, and by which identifier', () => {
  expect(made(failed('NotSpecified', 'OperationFailed,StartVM', 'kaputt')).details).toEqual([
    {
      class: 'Vendor',
      message: 'Start-VM failed while web-01 was started: kaputt',
      at: 'hyper-v@stage01',
      vm: 'web-01',
      changed: expect.any(String),
      fix: expect.any(String),
      facts: { cmdlet: 'Start-VM', category: 'NotSpecified', errorId: 'OperationFailed,StartVM' },
    },
  ]);
});

test('what is waited for leaves no history', () => {
  expect(made(failed('ResourceBusy', 'Any')).category).toBe(ApplicationFailureCategory.BENIGN);
});

test.each(['noEnvelope', 'timedOut', 'cancelled', 'notStarted'] as const)(
  'a runner without an answer (%s) is unreachable: what it did is unknown',
  (kind) => {
    expect(made(new RunnerFailed(kind, 'no answer'))).toMatchObject({ type: 'Unreachable', nonRetryable: false });
  },
);

test('a list the runner refused is ours to mend, and asking again would not help', () => {
  expect(made(new RunnerFailed('refused', 'not in the catalogue'))).toMatchObject({
    type: 'Configuration',
    nonRetryable: true,
  });
});

test('a failure that is one already, and an error of our own, pass as they are', async () => {
  const own = new TypeError('a fault of ours');
  expect(failureOf(own, where)).toBe(own);
  await expect(doing(where, () => Promise.reject(own))).rejects.toBe(own);
  await expect(doing(where, () => Promise.reject(failed('PermissionDenied', 'Any')))).rejects.toMatchObject({
    type: 'Configuration',
  });
  await expect(doing(where, () => Promise.resolve(7))).resolves.toBe(7);
});

test('a trouble is told of a thrown value', () => {
  expect(isTrouble(failed('ObjectNotFound', 'Any'), 'missing')).toBe(true);
  expect(isTrouble(failed('ObjectNotFound', 'Any'), 'busy')).toBe(false);
  expect(isTrouble(new Error('missing'), 'missing')).toBe(false);
});
