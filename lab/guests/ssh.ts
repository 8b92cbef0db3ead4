import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import ssh2, { type Connection, type Session } from 'ssh2';
import type { Estate } from '../estate/types.ts';
import { credentialsFit, guestByAddress } from './find.ts';
import { runGuestScript } from './run.ts';

/** Which script a text on standard input is: its first comment line `# tranship guest: inspect`. */
const KIND = /^#\s*tranship guest:\s*([a-z]+)/m;
const COMMAND = /^sh -s(?: --)? '?([A-Za-z0-9+/=]*)'?$/;

/** The host key of every guest's SSH server, made on the first start. One in 256 of the library's Ed25519 keys it cannot read itself. */
const hostKey = (dir: string): string => {
  const path = join(dir, 'ssh-host-key');
  if (!existsSync(path)) {
    const { private: key } = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 });
    writeFileSync(`${path}.part`, key, { mode: 0o600 });
    renameSync(`${path}.part`, path);
  }
  return readFileSync(path, 'utf8');
};

/**
 * The estate's jump host. It logs in one account and forwards to port 22 of a guest's address, where that guest's own SSH server answers;
 * a guest that is not up or has no such address plugged in cannot be reached.
 */
export const sshServer = (estate: Estate): Server => {
  const key = hostKey(estate.dir);
  const jump = new ssh2.Server({ hostKeys: [key] }, (connection) => serveJump(estate, key, connection));
  return createServer((socket) => jump.injectSocket(socket));
};

const serveJump = (estate: Estate, key: string, connection: Connection): void => {
  const { bastion } = estate.scenario;
  connection.on('error', () => undefined);
  connection.on('authentication', (attempt) => {
    const fits =
      attempt.method === 'password' && attempt.username === bastion.user && attempt.password === bastion.password;
    return fits ? attempt.accept() : attempt.reject(['password']);
  });
  connection.on('tcpip', (accept, reject, { destIP, destPort }) => {
    const vm = destPort === 22 ? guestByAddress(estate, destIP) : undefined;
    if (vm?.guest.os !== 'linux') return reject();
    new ssh2.Server({ hostKeys: [key] }, (inner) => serveGuest(estate, vm.id, inner)).injectSocket(
      accept() as unknown as Socket,
    );
  });
};

const serveGuest = (estate: Estate, vmId: string, connection: Connection): void => {
  connection.on('error', () => undefined);
  connection.on('authentication', (attempt) => {
    const vm = estate.vms.get(vmId);
    const fits = attempt.method === 'password' && vm && credentialsFit(estate, vm, attempt.username, attempt.password);
    return fits ? attempt.accept() : attempt.reject(['password']);
  });
  connection.on('ready', () => {
    connection.on('session', (accept) => serveSession(estate, accept(), vmId, () => connection.end()));
  });
};

const serveSession = (estate: Estate, session: Session, vmId: string, breakOff: () => void): void => {
  session.on('exec', (accept, _reject, { command }) => {
    const channel = accept();
    const chunks: Buffer[] = [];
    channel.on('data', (chunk: Buffer) => chunks.push(chunk));
    channel.on('end', () => {
      const ended = shell(estate, vmId, command, Buffer.concat(chunks).toString('utf8'));
      if (ended === 'lost') return breakOff();
      const { code, out, complaint } = ended;
      if (out) channel.write(out);
      if (complaint) channel.stderr.write(complaint);
      channel.exit(code);
      channel.end();
    });
  });
};

interface Ended {
  readonly code: number;
  readonly out?: string;
  readonly complaint?: string;
}

const shell = (estate: Estate, vmId: string, command: string, script: string): Ended | 'lost' => {
  const argument = COMMAND.exec(command.trim())?.[1];
  const kind = KIND.exec(script)?.[1];
  if (argument === undefined || !kind) return { code: 127, complaint: `sh: 1: ${command}: not found\n` };
  const result = runGuestScript(estate, vmId, `${kind}.sh`, argument);
  if ('error' in result && result.lost) return 'lost';
  return 'error' in result ? { code: 1, complaint: `${result.error}\n` } : { code: 0, out: `${result.output}\n` };
};
