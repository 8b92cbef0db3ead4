import { CmdletError } from '../powershell/cmdlet.ts';

/** Error records of the Hyper-V module. `type` is the cmdlet's .NET class. V §3.5 */

export const commands = 'Microsoft.HyperV.PowerShell.Commands';

/** The module says InvalidArgument where one would expect ObjectNotFound. V §3.2 */
export const notFound = (what: string, type: string): CmdletError =>
  new CmdletError(`Hyper-V was unable to find ${what}.`, 'InvalidArgument', `InvalidParameter,${type}`);

export const invalidParameter = (message: string, type: string): CmdletError =>
  new CmdletError(message, 'InvalidArgument', `InvalidParameter,${type}`);

export const invalidState = (message: string, type: string): CmdletError =>
  new CmdletError(message, 'InvalidOperation', `InvalidState,${type}`);

/** Hyper-V's own service refused or failed; the hexadecimal code in the text tells why. */
export const operationFailed = (message: string, type: string): CmdletError =>
  new CmdletError(message, 'NotSpecified', `OperationFailed,${type}`);
