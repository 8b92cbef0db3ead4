import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { PowerShell } from 'node-powershell';
import { type CmdletTable, cmdlet, Prompt } from '../../lab/powershell/cmdlet.ts';
import { writeLaunchers } from '../../lab/powershell/launchers.ts';
import { listener } from '../../lab/powershell/listener.ts';
import { serverIdentity } from '../../lab/tls/authority.ts';
import { type HostBench, hostBench } from '../support/lab-host.ts';

let host: HostBench;
let server: Server;
let exe: string;
let script: string;
const shells: PowerShell[] = [];

const extra: CmdletTable = {
  'Set-Question': cmdlet({ type: 'Lab.SetQuestion', syntax: ['[-Name <string>]'] }, () => {
    throw new Prompt('Lab.SetQuestion');
  }),
  'Connect-Thing': cmdlet({ type: 'Lab.ConnectThing', syntax: ['-Name <string>'] }, ({ session }, { Name }) => {
    session.set('thing', Name);
    return [];
  }),
  'Get-Thing': cmdlet({ type: 'Lab.GetThing', syntax: [''] }, ({ session }) => [session.get('thing') ?? 'none']),
};

beforeAll(async () => {
  host = hostBench();
  const { key, cert, ca } = await serverIdentity(host.dir);
  server = createServer(
    { key, cert },
    listener(host.estate, () => ({ ...host.shell.table, ...extra })),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  writeFileSync(join(host.dir, 'endpoints.json'), JSON.stringify({ powershell: `https://127.0.0.1:${port}`, ca }));
  exe = writeLaunchers(host.dir, ['stage01'], join(process.cwd(), 'lab/powershell/stand-in.ts')).stage01 ?? '';
  script = join(host.dir, "it's run-cmdlets.ps1");
  writeFileSync(script, '# never read by the stand-in');
});

afterEach(async () => {
  await Promise.all(shells.splice(0).map((shell) => shell.dispose()));
});

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  host.clear();
});

const shell = (options: Record<string, boolean> = { '-NoProfile': true, '-NonInteractive': true }): PowerShell => {
  const opened = new PowerShell({ executable: exe, executableOptions: options });
  shells.push(opened);
  return opened;
};

interface Call {
  readonly id: string;
  readonly cmdlet: string;
  readonly parameters?: Record<string, unknown>;
  readonly select?: readonly string[];
  readonly mayFail?: boolean;
}

const commandFor = (calls: readonly Call[], nonce: string): string => {
  const full = calls.map((call) => ({ parameters: {}, select: [], ...call }));
  const payload = { version: 1, nonce, calls: full, secrets: {}, scripts: {} };
  return `& '${script.replaceAll("'", "''")}' '${Buffer.from(JSON.stringify(payload)).toString('base64')}'`;
};

const raw = async (calls: readonly Call[], on = shell()): Promise<string> =>
  (await on.invoke(commandFor(calls, 'c0ffee'))).raw;

const envelope = async (calls: readonly Call[], on = shell()): Promise<Record<string, unknown>> => {
  const [, json = ''] = /^<<TRANSHIP:c0ffee>>(.*)<<END:c0ffee>>$/.exec(await raw(calls, on)) ?? [];
  return JSON.parse(json) as Record<string, unknown>;
};

const power = (id: string): string | undefined => host.estate.vms.get(id)?.power;

test('a list of calls comes back as one envelope, later calls using what earlier ones gave', async () => {
  const { id, name } = host.staged();
  const answer = await envelope([
    { id: 'vm', cmdlet: 'Get-VM', parameters: { Id: id.toUpperCase() }, select: ['Id', 'State', 'Heartbeat'] },
    { id: 'nics', cmdlet: 'Get-VMNetworkAdapter', parameters: { VM: { $ref: 'vm' } }, select: ['Name', 'IPAddresses'] },
    { id: 'note', cmdlet: 'Set-VM', parameters: { VM: { $ref: 'vm', where: { Name: name } }, Notes: "it's ü" } },
  ]);
  expect(answer).toEqual({
    version: 1,
    ok: true,
    host: { psVersion: expect.stringMatching(/^7\./) },
    results: [
      { id: 'vm', objects: [{ Id: id, State: 'Off', Heartbeat: null }], error: null },
      { id: 'nics', objects: [{ Name: expect.any(String), IPAddresses: [] }], error: null },
      { id: 'note', objects: [], error: null },
    ],
  });
  expect(host.estate.vms.get(id)?.note).toBe("it's ü");
});

test('the first failure ends the list and says what ran', async () => {
  const answer = await envelope([
    { id: 'host', cmdlet: 'Get-VMHost', select: ['Name'] },
    { id: 'vm', cmdlet: 'Get-VM', parameters: { Name: 'nobody' } },
    { id: 'never', cmdlet: 'Start-VM', parameters: { VM: { $ref: 'vm' } } },
  ]);
  expect(answer).toMatchObject({
    ok: false,
    failed: { id: 'vm', cmdlet: 'Get-VM' },
    error: { category: 'InvalidArgument', fullyQualifiedErrorId: expect.stringMatching(/^InvalidParameter,/) },
    results: [{ id: 'host' }],
  });
});

test('a call that may fail is reported and the list goes on', async () => {
  const answer = await envelope([
    { id: 'vm', cmdlet: 'Get-VM', parameters: { Name: 'nobody' }, select: ['Id'], mayFail: true },
    { id: 'none', cmdlet: 'Get-Nothing', mayFail: true },
    { id: 'host', cmdlet: 'Get-VMHost', select: ['Name'] },
  ]);
  expect(answer).toMatchObject({
    ok: true,
    results: [
      { id: 'vm', objects: [], error: { category: 'InvalidArgument' } },
      { id: 'none', error: { category: 'ObjectNotFound', fullyQualifiedErrorId: 'CommandNotFoundException' } },
      { id: 'host', error: null },
    ],
  });
});

test('a shell that dies has changed nothing and exits as if all were well', async () => {
  const { id, name } = host.staged();
  host.estate.faults.arm({ id: 'd', kind: 'shellDies', point: 'powershell.stage01.Start-VM', times: 1, detail: {} });
  expect(await raw([{ id: 'on', cmdlet: 'Start-VM', parameters: { Name: name } }])).toBe('');
  expect(power(id)).toBe('off');
});

test('a shell that dies after the effect gives no answer, and nothing later in its list happened', async () => {
  const { id, name } = host.staged();
  host.estate.faults.arm({
    id: 'e',
    kind: 'shellDiesAfterEffect',
    point: 'powershell.stage01.Start-VM',
    subject: id,
    times: 1,
    detail: {},
  });
  const answer = await raw([
    { id: 'vm', cmdlet: 'Get-VM', parameters: { Id: id } },
    { id: 'on', cmdlet: 'Start-VM', parameters: { VM: { $ref: 'vm' } } },
    { id: 'note', cmdlet: 'Set-VM', parameters: { Name: name, Notes: 'late' } },
  ]);
  expect(answer).toBe('');
  expect(power(id)).toBe('on');
  expect(host.estate.vms.get(id)?.note).not.toBe('late');
});

test('a slow shell answers late', async () => {
  const { name } = host.staged();
  const slow = { id: 's', kind: 'slow', point: 'powershell.stage01.Set-VM', times: 1, detail: { ms: 300 } } as const;
  host.estate.faults.arm(slow);
  const { duration = 0 } = await shell().invoke(
    commandFor([{ id: 'note', cmdlet: 'Set-VM', parameters: { Name: name, Notes: 'n' } }], 'ab'),
  );
  expect(duration).toBeGreaterThan(300);
});

test('a question is an error in a non-interactive shell and hangs any other', async () => {
  const calls = [{ id: 'q', cmdlet: 'Set-Question' }];
  expect(await envelope(calls)).toMatchObject({ ok: false, error: { category: 'InvalidOperation' } });
  let answered = false;
  const hanging = shell({ '-NoProfile': true }).invoke(commandFor(calls, 'ab'));
  hanging.then(
    () => {
      answered = true;
    },
    () => undefined,
  );
  await envelope([{ id: 'host', cmdlet: 'Get-VMHost' }]);
  expect(answered).toBe(false);
});

test('a killed shell starts nothing more of its list', async () => {
  const { id, name } = host.staged({ name: 'killed-01' });
  host.estate.vms.powerOn(id, 'test');
  host.pass(60_000);
  const killed = shell();
  const answer = killed.invoke(
    commandFor(
      [
        { id: 'off', cmdlet: 'Stop-VM', parameters: { Name: name } },
        { id: 'note', cmdlet: 'Set-VM', parameters: { Name: name, Notes: 'late' } },
      ],
      'ab',
    ),
  );
  while ((await host.read('Get-VM', { Id: id }, 'State')) !== 'Stopping') await new Promise(setImmediate);
  await killed.dispose();
  expect((await answer).raw).toBe('');
  host.pass(60_000);
  await envelope([{ id: 'host', cmdlet: 'Get-VMHost' }]);
  expect(power(id)).toBe('off');
  expect(host.estate.vms.get(id)?.note).not.toBe('late');
});

test('a session lasts as long as its process', async () => {
  const one = shell();
  await envelope([{ id: 'c', cmdlet: 'Connect-Thing', parameters: { Name: 'vbr01' } }], one);
  const get = [{ id: 'g', cmdlet: 'Get-Thing', select: ['$value'] }];
  expect(await envelope(get, one)).toMatchObject({ results: [{ objects: [{ $value: 'vbr01' }] }] });
  expect(await envelope(get)).toMatchObject({ results: [{ objects: [{ $value: 'none' }] }] });
});

test('a line it does not understand is an error on stderr', async () => {
  await expect(shell().invoke('Get-VM | Remove-VM -Force')).rejects.toThrow(/ParserError/);
});

test('a script that is not there is a term not recognised', async () => {
  await expect(shell().invoke("& '/nowhere/run-cmdlets.ps1' 'e30='")).rejects.toThrow(/not recognized/);
});
