import { type Cmdlet, type CmdletTable, type Credential, cmdlet, typed } from '../../powershell/cmdlet.ts';
import { CONNECTION, failure, typeName } from './veeam-cmdlet.ts';

const options = '[-Server <CHost|string>] [-Port <int>] [-Timeout <int>] [-ForceAcceptTlsCertificate]';
const connectType = typeName('Connect-VBRServer');

const nameOf = (server: unknown): string =>
  typeof server === 'object' && server !== null
    ? String((server as { Name?: unknown }).Name)
    : String(server ?? 'localhost');

/** One server a shell. Without credentials the shell's own Windows account counts, which the lab lets in. V §1.10 */
const connect: Cmdlet = cmdlet(
  {
    type: connectType,
    mutates: false,
    syntax: [options, `${options} -User <string> -Password <string>`, `${options} -Credential <pscredential>`],
  },
  (ctx, { Server, User, Password, Credential }) => {
    const { veeam } = ctx.estate.scenario;
    const server = nameOf(Server);
    const refuse = (message: string, category: string, id: string) => failure(message, category, id, connectType);

    const fault = ctx.estate.faults.at('veeam.Connect-VBRServer');
    if (
      ctx.instance !== veeam.instance ||
      !['localhost', veeam.server.toLowerCase()].includes(server.toLowerCase()) ||
      fault
    )
      throw refuse('Failed to connect to Veeam Backup & Replication server', 'OpenError', 'ConnectionFailed');
    if (ctx.session.has(CONNECTION))
      throw refuse(
        'A connection to a Veeam Backup & Replication server is already established.',
        'InvalidOperation',
        'AlreadyConnected',
      );
    const given = Credential
      ? (Credential as Credential)
      : User === undefined
        ? null
        : { user: String(User), password: String(Password) };
    if (given && (given.user !== veeam.user || given.password !== veeam.password))
      throw refuse('Access is denied: the user name or password is incorrect.', 'PermissionDenied', 'AccessDenied');
    ctx.session.set(CONNECTION, { server, user: given?.user ?? 'SYSTEM' });
    return [];
  },
);

const disconnect: Cmdlet = cmdlet(
  { type: typeName('Disconnect-VBRServer'), mutates: false, syntax: [''] },
  ({ session }) => {
    session.delete(CONNECTION);
    return [];
  },
);

const serverSession: Cmdlet = cmdlet({ type: typeName('Get-VBRServerSession'), syntax: [''] }, ({ session }) => {
  const connection = session.get(CONNECTION) as { server: string; user: string } | undefined;
  return connection ? [typed('VBRServerSession', { User: connection.user, Server: connection.server, Port: 443 })] : [];
});

export const connectionCmdlets: CmdletTable = {
  'Connect-VBRServer': connect,
  'Disconnect-VBRServer': disconnect,
  'Get-VBRServerSession': serverSession,
};
