import type { CmdletTable } from '../powershell/cmdlet.ts';
import { backupCmdlets } from './cmdlets/backups.ts';
import { connectionCmdlets } from './cmdlets/connection.ts';
import { infrastructureCmdlets } from './cmdlets/infrastructure.ts';
import { licenceCmdlets } from './cmdlets/licences.ts';
import { recoveryCmdlets } from './cmdlets/recovery.ts';
import { sessionCmdlets } from './cmdlets/sessions.ts';
import { trafficCmdlets } from './cmdlets/traffic.ts';

/** The module Veeam.Backup.PowerShell as far as AHV backups and Instant Recovery to Hyper-V need it. V §1.5 – §1.10 */
export const veeamCmdlets: CmdletTable = {
  ...connectionCmdlets,
  ...infrastructureCmdlets,
  ...trafficCmdlets,
  ...licenceCmdlets,
  ...backupCmdlets,
  ...sessionCmdlets,
  ...recoveryCmdlets,
};
