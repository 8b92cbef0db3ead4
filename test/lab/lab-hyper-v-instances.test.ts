import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { handle } from '../../lab/powershell/index.ts';
import { shellToken } from '../../lab/powershell/listener.ts';
import { type Bench, labBench } from '../support/lab-bench.ts';

let bench: Bench;
let server: Server;

beforeAll(async () => {
  bench = labBench();
  server = createServer(handle(bench.estate));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  bench.clear();
});

const post = (instance: string, body: unknown, token = shellToken(bench.dir)): Promise<Response> =>
  fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'x-instance': instance, 'x-shell': 'one', connection: 'close' },
    body: JSON.stringify(body),
  });

const knows = async (instance: string, ...cmdlets: string[]): Promise<readonly boolean[]> => {
  const calls = cmdlets.map((Name) => ({
    id: Name,
    cmdlet: 'Get-Command',
    parameters: { Name },
    select: ['Name'],
    mayFail: true,
  }));
  const answer = (await (await post(instance, { version: 1, nonce: 'ab', calls })).json()) as {
    envelope: { results: { error: unknown }[] };
  };
  return answer.envelope.results.map(({ error }) => error === null);
};

test('each machine has its own modules', async () => {
  const cmdlets = ['Get-VM', 'Get-ClusterSharedVolume', 'Start-VBRHvInstantRecovery', 'Invoke-Command'];
  expect(await knows('stage01', ...cmdlets)).toEqual([true, true, false, true]);
  expect(await knows('vbr01', ...cmdlets)).toEqual([true, false, true, true]);
  expect(await knows('ntnx-a', ...cmdlets)).toEqual([false, false, false, true]);
});

test('nobody gets a shell without the token', async () => {
  const payload = { version: 1, nonce: 'ab', calls: [] };
  expect((await post('stage01', payload, 'x'.repeat(48))).status).toBe(401);
  expect((await post('stage01', payload)).status).toBe(200);
});

test('what is no payload is refused', async () => {
  expect((await post('stage01', { version: 2, nonce: 'ab', calls: [] })).status).toBe(400);
  expect((await post('stage01', 'Get-VM')).status).toBe(400);
});
