import { guestDriver } from '../../activities/guest/index.ts';
import { checkOrder, failureOf, fakeRunner, instance, MAC, order, shown } from './guest-fixtures.ts';

/** A Linux on isolated staging: no network, and PowerShell Direct does not enter it. */
const blind = order({ on: 'hyper-v', os: 'linux', addresses: [] });

const driver = (reply: Parameters<typeof fakeRunner>[0]) => {
  const { run, calls } = fakeRunner(reply);
  const resolveSecret = async (): Promise<string> => 'secret';
  return { guest: guestDriver({ instance: instance(), run, resolveSecret, agentVersion: '1.0' }), calls };
};

const planned = { mac: MAC, address: { ip: '10.0.0.9', prefix: 24, gateway: '10.0.0.1', dns: [] } };

test('its boot is waited for by the heartbeat', async () => {
  const { guest } = driver(shown('NoContact'));
  expect(await failureOf(guest.readdress({ ...blind, nics: [planned] }))).toMatchObject({
    type: 'NotFinished',
    message: 'web-03 boots: it is Running, heartbeat NoContact',
  });
});

test('a guest that is up without showing addresses is taken as it is, and nothing counts as given', async () => {
  const { guest } = driver(shown('OkApplicationsUnknown'));
  expect(await guest.readdress({ ...blind, nics: [planned] })).toEqual({ applied: [] });
});

test('an address its host shows is evidence', async () => {
  const { guest } = driver(shown('OkApplicationsHealthy', ['10.0.0.9', 'fe80::1']));
  expect(await guest.readdress({ ...blind, nics: [planned] })).toEqual({ applied: [MAC] });
});

test('another address than the planned one means that its package is not done', async () => {
  const { guest } = driver(shown('OkApplicationsHealthy', ['10.0.0.5']));
  const failure = await failureOf(guest.readdress({ ...blind, nics: [planned] }));
  expect(failure).toMatchObject({ type: 'NotFinished' });
  expect(failure.message).toContain('00:15:5d:00:00:01 has 10.0.0.5, not yet 10.0.0.9');
});

test('no call enters it', async () => {
  const { guest, calls } = driver(shown('OkApplicationsHealthy'));
  await guest.readdress({ ...blind, nics: [planned] });
  await guest.inspect(blind);
  await guest.preflight(blind);
  expect([...new Set(calls.map(({ cmdlet }) => cmdlet))]).toEqual(['Get-VM', 'Get-VMNetworkAdapter']);
});

test('its baseline says what it lacks, and plans no address from outside', async () => {
  const { guest } = driver(shown('OkApplicationsHealthy', ['10.0.0.5']));
  const seen = await guest.inspect(blind);
  expect(seen).toMatchObject({ services: [], volumes: [], nics: [{ mac: MAC, addresses: [], dhcp: false }] });
  expect(seen.findings.map(({ id, severity, message }) => [id, severity, message.includes('10.0.0.5')])).toEqual([
    ['PF-215', 'warn', true],
  ]);
});

test('a host that cannot show adapters still tells whether it is up', async () => {
  const { guest } = driver((call) =>
    call.cmdlet === 'Get-VM' ? shown('OkApplicationsHealthy')(call) : { id: 'OperationFailed,X' },
  );
  expect(await guest.readdress({ ...blind, nics: [planned] })).toEqual({ applied: [] });
});

test('once connected without a planned address it is waited for until its host shows one', async () => {
  const { guest } = driver(shown('OkApplicationsHealthy'));
  const failure = await failureOf(guest.check(checkOrder({ ...blind, baseline: checkOrder().baseline })));
  expect(failure).toMatchObject({ type: 'NotFinished', message: expect.stringMatching(/shows no address yet/) });
});
