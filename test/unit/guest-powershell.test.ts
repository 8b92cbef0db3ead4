import { guestDriver } from '../../activities/guest/index.ts';
import { admit } from '../../workers/powershell/admission.ts';
import { loadCatalogue } from '../../workers/powershell/catalogue.ts';
import {
  argumentOf,
  baseline,
  checkOrder,
  facts,
  failureOf,
  fakeRunner,
  instance,
  MAC,
  order,
  said,
  shown,
  state,
} from './guest-fixtures.ts';

const driver = (reply: Parameters<typeof fakeRunner>[0], change: Parameters<typeof instance>[0] = {}) => {
  const { run, calls } = fakeRunner(reply);
  const resolveSecret = async (): Promise<string> => 'secret';
  return { guest: guestDriver({ instance: instance(change), run, resolveSecret, agentVersion: '1.0' }), calls };
};

const windows = facts(
  { os: 'windows', osName: 'Microsoft Windows Server 2022 Datacenter' },
  { sanPolicy: 'OnlineAll' },
);
const inside = (json: object) => [{ $value: said(json) }];

test('a Windows guest on Hyper-V is entered through its host', async () => {
  const { guest, calls } = driver(() => inside(windows));
  await guest.inspect(order({ on: 'hyper-v' }));
  expect(calls).toEqual([
    {
      id: 'inside',
      cmdlet: 'Invoke-Command',
      parameters: {
        VMId: order().vm.id,
        Credential: { $credential: { user: 'Administrator', password: { $secret: 'env:WINDOWS' } } },
        ScriptBlock: { $script: 'inspect.ps1' },
        ArgumentList: [Buffer.from('{}').toString('base64')],
      },
      select: ['$value'],
    },
  ]);
});

test('a Windows guest elsewhere is entered by WinRM at its address, over TLS', async () => {
  const { guest, calls } = driver(() => inside(windows));
  await guest.inspect(order({ on: 'ahv', addresses: ['fe80::1', '10.0.0.5'] }));
  expect(calls.map(({ parameters }) => [parameters.ComputerName, parameters.UseSSL, parameters.VMId])).toEqual([
    ['10.0.0.5', true, undefined],
  ]);
});

test('every call of the driver is in its catalogue', async () => {
  const catalogue = await loadCatalogue(['activities/guest/cmdlets.json']);
  const { guest, calls } = driver((call) =>
    call.cmdlet === 'Invoke-Command' ? inside(windows) : shown('OkApplicationsHealthy')(call),
  );
  await guest.inspect(order({ on: 'hyper-v' }));
  await guest.inspect(order({ on: 'ahv' }));
  await guest.inspect(order({ on: 'hyper-v', os: 'linux', addresses: [] }));
  for (const call of calls.filter(({ cmdlet }) => cmdlet !== 'Get-VMNetworkAdapter'))
    expect(() => admit([call], catalogue, new Set(['inspect.ps1']))).not.toThrow();
  expect(catalogue.entry('Get-VMNetworkAdapter')?.parameters).toEqual(['VM']);
});

test('an argument that is not Base64 does not pass the catalogue', async () => {
  const catalogue = await loadCatalogue(['activities/guest/cmdlets.json']);
  const call = { id: 'x', cmdlet: 'Invoke-Command', parameters: { ArgumentList: ['$(Get-Date)'] }, select: [] };
  expect(() => admit([call], catalogue, new Set())).toThrow(/narrowed/);
});

test('a guest that has no channel for its system is a matter of configuration', async () => {
  const { guest } = driver(() => [], { channels: ['ssh'] });
  expect(await failureOf(guest.inspect(order({ on: 'hyper-v' })))).toMatchObject({ type: 'Configuration' });
});

test('a guest whose system is not known is not entered', async () => {
  const { guest } = driver(() => []);
  expect((await failureOf(guest.inspect(order({ os: 'unknown' })))).message).toMatch(/Windows or Linux is not known/);
});

test('a guest without a known address is a matter of configuration', async () => {
  const { guest } = driver(() => []);
  expect((await failureOf(guest.inspect(order({ addresses: ['169.254.3.4'] })))).message).toMatch(
    /No address of web-03/,
  );
});

test.each([
  ['WinRM', { id: 'LogonFailure,PSSessionStateBroken', message: 'The user name or password is incorrect.' }],
  ['WinRM that denies', { id: 'AccessDenied,PSSessionStateBroken', message: 'Zugriff verweigert' }],
  ['PowerShell Direct', { id: 'PSSessionStateBroken', message: 'The credential is invalid.' }],
])('a wrong log-in over %s is a matter of configuration and names no password', async (_, error) => {
  const { guest } = driver(() => error);
  const failure = await failureOf(guest.inspect(order()));
  expect(failure).toMatchObject({ type: 'Configuration' });
  expect(JSON.stringify([failure.message, failure.details])).not.toContain('secret');
});

test('a certificate that is not trusted says so', async () => {
  const { guest } = driver(() => ({ id: '12175,PSSessionStateBroken', message: 'SSL' }));
  expect((await failureOf(guest.inspect(order()))).message).toMatch(/certificate of web-03/);
});

test('a guest that does not answer is asked again', async () => {
  const { guest } = driver(() => ({ id: 'CannotConnect,PSSessionStateBroken', message: 'no' }));
  expect(await failureOf(guest.inspect(order()))).toMatchObject({ type: 'Unreachable' });
});

test('a guest that boots says so, with the heartbeat as its progress', async () => {
  const { guest } = driver((call) =>
    call.cmdlet === 'Invoke-Command' ? { id: 'InvalidVMState' } : shown('NoContact')(call),
  );
  const failure = await failureOf(guest.readdress({ ...order({ on: 'hyper-v', addresses: [] }), nics: [] }));
  expect(failure).toMatchObject({ type: 'NotFinished', details: [{ progress: 'is Running, heartbeat NoContact' }] });
  expect(failure.message).toBe('web-03 boots: it is Running, heartbeat NoContact');
});

test('a guest that is up but cannot be entered yet is asked again', async () => {
  const { guest } = driver((call) =>
    call.cmdlet === 'Invoke-Command' ? { id: 'PSSessionStateBroken' } : shown('OkApplicationsHealthy')(call),
  );
  expect(await failureOf(guest.inspect(order({ on: 'hyper-v', addresses: [] })))).toMatchObject({
    type: 'Unreachable',
  });
});

test('a Windows too old for PowerShell Direct is entered by WinRM where it has an address', async () => {
  const { guest, calls } = driver(({ parameters }) =>
    parameters.VMId ? { id: 'PSSessionStateBroken' } : inside(windows),
  );
  await guest.inspect(order({ on: 'hyper-v' }));
  expect(calls.map(({ parameters }) => parameters.ComputerName ?? 'direct')).toEqual(['direct', '10.0.0.5']);
});

test('a host without that VM says it is missing', async () => {
  const { guest } = driver(() => ({ id: 'InvalidVMIdNotSingle' }));
  expect(await failureOf(guest.inspect(order({ on: 'hyper-v' })))).toMatchObject({ type: 'Missing' });
});

test('an answer that is none of ours is no success', async () => {
  const { guest } = driver(() => [{ $value: 'hello' }]);
  expect((await failureOf(guest.inspect(order()))).message).toMatch(/no answer we can read/);
});

test('what a script refuses comes with its fix', async () => {
  const { guest } = driver(() => inside({ error: { code: 'noSanPolicy', message: 'It is not OnlineAll.' } }));
  const failure = await failureOf(guest.prepare({ ...order(), nics: [], hop: 1 }));
  expect(failure).toMatchObject({ type: 'Configuration', details: [{ fix: expect.stringMatching(/diskpart/) }] });
});

test('a package names static and leased adapters by MAC and place, and leaves out what is kept', async () => {
  const { guest, calls } = driver(() => inside({ placed: ['C:\\x'] }));
  const static4 = { ip: '10.0.0.9', prefix: 24, gateway: null, dns: [] };
  const nics = [
    { mac: 'a', address: 'keep' as const },
    { mac: 'b', address: static4 },
    { mac: 'c', address: 'dhcp' as const },
  ];
  expect(await guest.prepare({ ...order(), nics, hop: 2 })).toEqual({ placed: ['C:\\x'] });
  expect(argumentOf(calls[0])).toEqual({
    nics: [
      { mac: 'b', index: 1, ...static4 },
      { mac: 'c', index: 2, dhcp: true },
    ],
    hop: 2,
  });
});

const wanted = { mac: MAC.toUpperCase(), address: { ip: '10.0.0.9', prefix: 24, gateway: null, dns: [] } };

test('addresses count as given when they were read back', async () => {
  const { guest, calls } = driver(() => inside({ applied: [MAC] }));
  expect(await guest.readdress({ ...order({ on: 'hyper-v', addresses: [] }), nics: [wanted] })).toEqual({
    applied: [MAC],
  });
  expect(argumentOf(calls[0])).toEqual({ nics: [{ mac: wanted.mac, dhcp: false, ...wanted.address }] });
});

test('addresses that are not there yet are waited for', async () => {
  const { guest } = driver(() => inside({ applied: [] }));
  const failure = await failureOf(guest.readdress({ ...order({ on: 'hyper-v', addresses: [] }), nics: [wanted] }));
  expect(failure).toMatchObject({ type: 'NotFinished' });
});

test('a guest that moved to its new address in the middle is found there', async () => {
  const { guest, calls } = driver(({ parameters }) =>
    parameters.ComputerName === '10.0.0.9' ? inside({ applied: [MAC] }) : { id: 'CannotConnect,PSSessionStateBroken' },
  );
  await guest.readdress({ ...order(), nics: [wanted] });
  expect(calls.map(({ parameters }) => parameters.ComputerName)).toEqual(['10.0.0.5', '10.0.0.9']);
});

test('a check asks for the services of the baseline and the smoke test', async () => {
  const { guest, calls } = driver(() => inside(state()));
  const asked = checkOrder({ os: 'windows' });
  const report = await guest.check(asked);
  expect(argumentOf(calls[0])).toEqual({ services: baseline().services, smoke: asked.smoke });
  expect(report).toEqual({
    passed: ['V1-03', 'V1-04', 'V1-05', 'V1-06', 'V1-11', 'V1-12', 'V1-14', 'V1-15', 'V1-16'],
    findings: [],
  });
});

test('a guest with a lease nobody knows is looked for by its name', async () => {
  const { guest, calls } = driver(() => inside(state()));
  const platform = { product: 'azure-local' as const, instance: 'l', contract: 1 };
  await guest.check(checkOrder({ os: 'windows', platform, addresses: [] }));
  expect(calls[0]?.parameters.ComputerName).toBe('web-03');
});

test('only agents that are there are taken off', async () => {
  const agents = ['Nutanix Guest Tools'];
  const { guest, calls } = driver(({ parameters }) =>
    JSON.stringify(parameters.ScriptBlock).includes('tidy')
      ? inside({ removed: agents })
      : inside(facts({}, { agents })),
  );
  expect(await guest.tidy(order())).toEqual({ removed: agents });
  expect(argumentOf(calls[1])).toEqual({ agents });
});

test('a preflight tells a wrong log-in as a finding', async () => {
  const { guest } = driver(() => ({ id: 'LogonFailure,PSSessionStateBroken' }));
  const report = await guest.preflight(order());
  expect(report.findings.map(({ id, severity }) => [id, severity])).toEqual([['PF-217', 'block']]);
});

test('a preflight of a VM that is not there yet blocks nothing', async () => {
  const { guest } = driver(() => ({ id: 'InvalidVMIdNotSingle' }));
  const report = await guest.preflight(order({ on: 'hyper-v' }));
  expect(report.findings.map(({ id, severity }) => [id, severity])).toEqual([['PF-217', 'info']]);
});

test('a preflight of a guest that is well has the version of its system and no finding', async () => {
  const { guest } = driver(() => inside(windows));
  expect(await guest.preflight(order())).toEqual({ productVersion: windows.osName, agentVersion: '1.0', findings: [] });
});
