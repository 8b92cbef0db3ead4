import { credentialsFit, guestByAddress, runGuestScript } from '../../lab/guests/index.ts';
import { typed } from '../../lab/powershell/cmdlet.ts';
import { invokeCommand, understandsDirect } from '../../lab/powershell/invoke-command.ts';
import { type HostBench, hostBench } from '../support/lab-host.ts';

const guests = { run: runGuestScript, byAddress: guestByAddress, credentialsFit };
let host: HostBench;

beforeEach(() => {
  host = hostBench(undefined, { 'Invoke-Command': invokeCommand(guests) });
});
afterEach(() => host.clear());

const account = (password?: string): object => {
  const known = host.estate.scenario.vms[0]?.credentials ?? { user: '', password: '' };
  return typed('PSCredential', { user: known.user, password: password ?? known.password });
};

const inspect = (how: Record<string, unknown>, password?: string): Record<string, unknown> => ({
  ...how,
  Credential: account(password),
  ScriptBlock: typed('ScriptBlock', { script: 'inspect.ps1', text: '# inspect' }),
  ArgumentList: [Buffer.from('{}').toString('base64')],
});

const started = (): string => {
  const { id } = host.staged();
  host.estate.vms.powerOn(id, 'test');
  host.pass(60_000);
  return id;
};

test('PowerShell Direct reaches an isolated guest that is up', async () => {
  const [line] = await host.call('Invoke-Command', inspect({ VMId: started() }));
  expect(line).toMatch(/^<<GUEST>>\{.*"hostname".*\}<<END>>$/);
});

test('PowerShell Direct says that a VM is off, and that one still boots has no session', async () => {
  const { id } = host.staged();
  expect((await host.refusal('Invoke-Command', inspect({ VMId: id }))).fullyQualifiedErrorId).toMatch(
    /^InvalidVMState,/,
  );
  host.estate.vms.powerOn(id, 'test');
  const booting = await host.refusal('Invoke-Command', inspect({ VMId: id }));
  expect([booting.category, booting.fullyQualifiedErrorId]).toEqual(['OpenError', 'PSSessionStateBroken']);
});

test('PowerShell Direct refuses a wrong password', async () => {
  const error = await host.refusal('Invoke-Command', inspect({ VMId: started() }, 'wrong'));
  expect(error.message).toContain('The credential is invalid.');
});

test('PowerShell Direct reaches only VMs of its own host', async () => {
  const error = await host.refusal('Invoke-Command', inspect({ VMId: host.vm().id }));
  expect(error.fullyQualifiedErrorId).toMatch(/^InvalidVMIdNotSingle,/);
});

test.each([
  ['Microsoft Windows Server 2022 Datacenter', true],
  ['Microsoft Windows Server 2016 Standard', true],
  ['Microsoft Windows 10 Pro', true],
  ['Microsoft Windows Server 2012 R2 Standard', false],
  ['Ubuntu 22.04.4 LTS', false],
])('%s understands PowerShell Direct: %s', (osName, understands) => {
  expect(understandsDirect(osName)).toBe(understands);
});

test('WinRM reaches a guest at the address it shows', async () => {
  const ComputerName = host.estate.scenario.vms[0]?.nics[0]?.ip;
  const [line] = await host.call('Invoke-Command', inspect({ ComputerName, UseSSL: true }));
  expect(line).toMatch(/^<<GUEST>>/);
});

test('WinRM does not reach an isolated guest or one that is off', async () => {
  const source = host.vm();
  const ComputerName = source.nics.length > 0 ? host.estate.scenario.vms[0]?.nics[0]?.ip : '';
  host.estate.vms.powerOff(source.id, 'test');
  started();
  const error = await host.refusal('Invoke-Command', inspect({ ComputerName, UseSSL: true }));
  expect(error.fullyQualifiedErrorId).toBe('WinRMOperationTimeout,PSSessionStateBroken');
});

test('WinRM refuses a wrong password', async () => {
  const ComputerName = host.estate.scenario.vms[0]?.nics[0]?.ip;
  const error = await host.refusal('Invoke-Command', inspect({ ComputerName, UseSSL: true }, 'wrong'));
  expect(error.fullyQualifiedErrorId).toBe('AccessDenied,PSSessionStateBroken');
});
