import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Client } from 'ssh2';
import { oneVm } from '../../lab/scenarios/one.ts';
import { type Serving, serveEstate } from '../../lab/serve.ts';
import { type Bench, labBench } from '../support/lab-bench.ts';

let lab: Bench;
let serving: Serving;

const quiet = { prism: respond, veeam: respond, arm: respond, authority: respond, powershell: respond };
function respond(_request: unknown, response: import('node:http').ServerResponse): void {
  response.writeHead(204).end();
}

beforeEach(async () => {
  lab = labBench(oneVm({ speed: 1, os: 'linux' }));
  serving = await serveEstate(lab.estate, quiet, {});
});
afterEach(async () => {
  await serving.close();
  lab.clear();
});

interface Reply {
  readonly status: number;
  readonly body: string;
}

const control = async (method: string, path: string, body?: unknown, token = tokenOfLab()): Promise<Reply> => {
  const call = request(new URL(path, serving.endpoints.control), {
    method,
    ca: readFileSync(serving.endpoints.ca),
    headers: { authorization: `Bearer ${token}` },
    agent: false,
  });
  call.end(body === undefined ? undefined : JSON.stringify(body));
  const [response] = (await once(call, 'response')) as [import('node:http').IncomingMessage];
  return { status: response.statusCode ?? 0, body: await text(response) };
};

const tokenOfLab = (): string => readFileSync(join(lab.dir, 'control.token'), 'utf8');

test('control asks for its token', async () => {
  expect((await control('GET', '/state', undefined, 'wrong')).status).toBe(401);
});

test('an admin powers a VM off past every product', async () => {
  expect((await control('POST', `/vms/${lab.vm().id}/power`, { to: 'off' })).status).toBe(200);
  expect(lab.vm().power).toBe('off');
  expect(lab.events('vm.power').at(-1)).toMatchObject({ to: 'off', by: 'admin' });
});

test('a fault that was posted is armed, a malformed one is refused', async () => {
  const fault = { id: 'f', kind: 'noBoot', point: 'boot.ahv' };
  expect((await control('POST', '/faults', fault)).status).toBe(201);
  expect((await control('POST', '/faults', { ...fault, kind: 'flood' })).status).toBe(400);
  expect(JSON.parse((await control('GET', '/faults')).body)).toEqual([expect.objectContaining({ left: 1 })]);
});

test('state shows every table', async () => {
  const state = JSON.parse((await control('GET', '/state')).body) as Record<string, unknown>;
  expect(Object.keys(state)).toEqual(expect.arrayContaining(['lab/vms', 'lab/disks']));
});

test('the ports stay the same when the lab starts again', async () => {
  const before = serving.endpoints;
  await serving.close();
  serving = await serveEstate(lab.estate, quiet, {});
  expect(serving.endpoints).toEqual(before);
});

const connected = async (client: Client, options: Parameters<Client['connect']>[0]): Promise<Client> => {
  client.connect(options);
  await once(client, 'ready');
  return client;
};

/** Through the jump host to port 22 of an address, as an agent gets to its guests. */
const overSsh = async (ip: string, script: string): Promise<{ code: number; out: string }> => {
  const [jump, guest] = [new Client(), new Client()];
  const { host, port } = serving.endpoints.ssh;
  try {
    await connected(jump, { host, port, username: 'svc-jump', password: 'lab-Jump-1' });
    const sock = await new Promise<import('ssh2').ClientChannel>((resolve, reject) => {
      jump.forwardOut('127.0.0.1', 0, ip, 22, (error, made) => (error ? reject(error) : resolve(made)));
    });
    await connected(guest, { sock, username: 'tranship', password: 'lab-Linux-1' });
    const channel = await new Promise<import('ssh2').ClientChannel>((resolve, reject) => {
      // Base64 of an empty question, {}.
      guest.exec('sh -s -- e30=', (error, made) => (error ? reject(error) : resolve(made)));
    });
    const ended = once(channel, 'close');
    channel.end(script);
    const out = await text(channel);
    const [code] = (await ended) as [number];
    return { code, out };
  } finally {
    guest.end();
    jump.end();
  }
};

const INSPECT = '#!/bin/sh\n# tranship guest: inspect\nset -eu\n';

test('a Linux guest answers a script over SSH', async () => {
  const { code, out } = await overSsh('10.10.110.21', INSPECT);
  expect(code).toBe(0);
  expect(out).toMatch(/^<<GUEST>>\{.*"hostname":"web-01".*\}<<END>>\n$/);
});

test('a script nobody knows is not found', async () => {
  expect((await overSsh('10.10.110.21', 'echo hello\n')).code).toBe(127);
});

test('a guest without a plugged-in adapter cannot be reached', async () => {
  lab.estate.vms.change(lab.vm().id, 'test', (vm) => {
    for (const nic of vm.nics) nic.connected = false;
  });
  await expect(overSsh('10.10.110.21', INSPECT)).rejects.toThrow('Channel open failure');
});
