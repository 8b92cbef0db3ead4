import { hostKeys } from '../../activities/guest/host-keys.ts';
import { type GuestDeps, guestDriver } from '../../activities/guest/index.ts';
import { overSsh } from '../../activities/guest/ssh.ts';
import { facts, failureOf, instance, noRun, order, said } from './guest-fixtures.ts';
import { type SshServer, type SshServerOptions, sshServer } from './guest-ssh-server.ts';

const open: SshServer[] = [];
const serve = async (options: SshServerOptions = {}): Promise<SshServer> => {
  const server = await sshServer({ answer: () => ({ said: said(facts()) }), ...options });
  open.push(server);
  return server;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

const SECRETS: Readonly<Record<string, string>> = { 'env:LINUX': 's3cret-pass', 'env:JUMP': 'jump-right' };

const driver = (change: Parameters<typeof instance>[0], deps: Partial<GuestDeps> = {}) =>
  guestDriver({
    instance: instance({ channels: ['ssh'], ...change }),
    run: noRun,
    resolveSecret: async (ref) => SECRETS[ref] ?? Promise.reject(new Error(`no ${ref}: s3cret`)),
    agentVersion: '1.0',
    ...deps,
  });

const at = (addresses: readonly string[]) => order({ os: 'linux', addresses });
/** By name: 127.0.0.1 is taken for no address of a guest. */
const HERE = at(['localhost']);

const bastionAt = (port: number) => ({ host: '127.0.0.1', port, login: { user: 'jump', password: 'env:JUMP' } });

test('a Linux guest is asked by the script on standard input and Base64 on the command line', async () => {
  const server = await serve();
  const guest = driver({ sshPort: server.port }, { scripts: { 'inspect.sh': 'echo hello\n' } });
  expect(await guest.inspect(HERE)).toMatchObject({ hostname: 'web-03', services: ['nginx', 'ssh'] });
  expect(server.heard).toEqual([{ command: 'sh -s -- e30=', input: 'echo hello\n' }]);
});

test('without another word the scripts of this repository are sent', async () => {
  const server = await serve();
  await driver({ sshPort: server.port }).inspect(HERE);
  expect(server.heard[0]?.input).toMatch(/^# tranship guest: inspect\n/);
  expect(server.heard[0]?.input).not.toMatch(/^#include/m);
});

test('a server that asks for the password gets it', async () => {
  const server = await serve({ asks: true });
  expect(await driver({ sshPort: server.port }).inspect(HERE)).toMatchObject({ os: 'linux' });
});

test('a guest behind a bastion is reached through it', async () => {
  const target = await serve();
  const bastion = await serve({ user: 'jump', password: 'jump-right', forwards: { '10.0.0.5:22': target.port } });
  const guest = driver({ sshPort: 22, bastion: bastionAt(bastion.port) });
  expect(await guest.inspect(at(['10.0.0.5']))).toMatchObject({ hostname: 'web-03' });
  expect([target.heard.length, bastion.heard.length]).toEqual([1, 0]);
});

test('a guest the bastion does not get to is asked again', async () => {
  const bastion = await serve({ user: 'jump', password: 'jump-right', forwards: { '10.0.0.5:22': 1 } });
  const guest = driver({ sshPort: 22, bastion: bastionAt(bastion.port) });
  expect(await failureOf(guest.inspect(at(['10.0.0.5'])))).toMatchObject({ type: 'Unreachable' });
});

test('a wrong log-in at the bastion names the bastion', async () => {
  const bastion = await serve({ user: 'jump', password: 'another', forwards: {} });
  const guest = driver({ sshPort: 22, bastion: bastionAt(bastion.port) });
  expect(await failureOf(guest.inspect(at(['10.0.0.5'])))).toMatchObject({
    type: 'Configuration',
    details: [{ fix: expect.stringMatching(/bastion/) }],
  });
});

test('a wrong password is a matter of configuration and stands in no text', async () => {
  const server = await serve({ password: 'changed' });
  const failure = await failureOf(driver({ sshPort: server.port }).inspect(HERE));
  expect(failure).toMatchObject({
    type: 'Configuration',
    message: expect.stringMatching(/does not accept the log-in/),
  });
  expect(JSON.stringify([failure.message, failure.details])).not.toContain('s3cret-pass');
});

test('a secret that cannot be read names its reference only', async () => {
  const guest = driver({ sshPort: 1, linux: { user: 'tranship', password: 'env:NONE' } });
  const failure = await failureOf(guest.inspect(HERE));
  expect(failure.message).toBe('The secret env:NONE cannot be read on this worker');
  expect(JSON.stringify(failure)).not.toContain('s3cret');
});

test('a host key nobody made known is refused before the password is sent', async () => {
  const server = await serve();
  const failure = await failureOf(driver({ sshPort: server.port, trustFirstUse: false }).inspect(HERE));
  expect(failure).toMatchObject({ type: 'Configuration' });
  expect(failure.message).toContain(server.fingerprint);
});

test('a known host key is taken', async () => {
  const server = await serve();
  const known = { localhost: server.fingerprint };
  const guest = driver({ sshPort: server.port, trustFirstUse: false }, { knownHosts: known });
  expect(await guest.inspect(HERE)).toMatchObject({ os: 'linux' });
});

test('another host key than the known one is refused, also where first ones are trusted', async () => {
  const server = await serve();
  const guest = driver({ sshPort: server.port }, { knownHosts: { localhost: `SHA256:${'A'.repeat(43)}` } });
  expect((await failureOf(guest.inspect(HERE))).message).toMatch(/another one than it had/);
});

test('what was trusted at first sight is remembered', () => {
  const keys = hostKeys({}, true);
  expect(keys.refusalOf('10.0.0.5', 22, Buffer.from('one'))).toBeNull();
  expect(keys.refusalOf('10.0.0.5', 22, Buffer.from('one'))).toBeNull();
  expect(keys.refusalOf('10.0.0.5', 22, Buffer.from('two'))).toMatchObject({ kind: 'changedKey' });
  expect(keys.refusalOf('10.0.0.6', 22, Buffer.from('two'))).toBeNull();
});

test('a guest that does not listen is asked again', async () => {
  const server = await serve();
  const { port } = server;
  await open.pop()?.close();
  expect(await failureOf(driver({ sshPort: port }).inspect(HERE))).toMatchObject({ type: 'Unreachable' });
});

test('the next address is tried where one does not answer', async () => {
  const target = await serve();
  const bastion = await serve({ user: 'jump', password: 'jump-right', forwards: { '10.0.0.6:22': target.port } });
  const guest = driver({ sshPort: 22, bastion: bastionAt(bastion.port) });
  expect(await guest.inspect(at(['10.0.0.5', '10.0.0.6']))).toMatchObject({ os: 'linux' });
});

test('a connection that ends before the answer leaves open what was done, and is asked again', async () => {
  const server = await serve({ answer: () => 'drop' });
  const failure = await failureOf(driver({ sshPort: server.port }).inspect(HERE));
  expect(failure).toMatchObject({ type: 'Unreachable', message: expect.stringMatching(/before it had answered/) });
});

test('a command that does not end is given up', async () => {
  const server = await serve({ answer: () => null });
  const target = { host: '127.0.0.1', port: server.port, user: 'tranship', password: 's3cret-pass' };
  const asked = overSsh({ target, bastion: null, command: 'x', input: '', timeoutMs: 50, keys: hostKeys({}, true) });
  await expect(asked).rejects.toMatchObject({ kind: 'lost', message: expect.stringMatching(/did not finish/) });
});

test('a shell that says something else is quoted', async () => {
  const server = await serve({ answer: () => ({ said: '', complained: 'sh: not found', code: 127 }) });
  const failure = await failureOf(driver({ sshPort: server.port }).inspect(HERE));
  expect(failure).toMatchObject({ type: 'Vendor', message: expect.stringMatching(/sh: not found/) });
});
