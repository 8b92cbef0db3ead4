import { CmdletError } from '../powershell/cmdlet.ts';

/** Error records of the DnsServer module: the category tells what, the id carries the Win32 code. Learn: System Error Codes 9000-11999. */

const WIN32 = {
  accessDenied: 5,
  invalidParameter: 87,
  rpcUnavailable: 1722,
  rpcFailed: 1726,
  noZone: 9601,
  noRecord: 9701,
  nodeIsCname: 9708,
  cnameCollision: 9709,
  recordExists: 9711,
  noName: 9714,
  noPtr: 9715,
} as const;

const CATEGORIES: Readonly<Record<number, string>> = {
  [WIN32.accessDenied]: 'PermissionDenied',
  [WIN32.invalidParameter]: 'InvalidArgument',
  [WIN32.noZone]: 'ObjectNotFound',
  [WIN32.noRecord]: 'ObjectNotFound',
  [WIN32.noName]: 'ObjectNotFound',
  [WIN32.recordExists]: 'ResourceExists',
};

export const dnsError = (code: keyof typeof WIN32, cmdlet: string, message: string): CmdletError =>
  new CmdletError(message, CATEGORIES[WIN32[code]] ?? 'NotSpecified', `WIN32 ${WIN32[code]},${cmdlet}`);
