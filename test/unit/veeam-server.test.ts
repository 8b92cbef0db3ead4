import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findingsOfSettings } from '../../activities/veeam/settings.ts';
import {
  type BackupServer,
  backupServer,
  cmdletError,
  execution,
  mishapOf,
  order,
  predecessor,
  STAGED,
  token,
  VM,
} from './veeam-server.ts';

const preflightOrder = { ...order('preflight'), bytesNeeded: 100 * 1024 ** 3 };
const retireOrder = (item: string, adopted = false) => ({ ...order('retire'), item, adopted });

const found = async (set: (server: BackupServer) => void = () => {}, settings = {}) => {
  const server = backupServer();
  set(server);
  const { findings } = await execution(server).mover.preflight({ ...preflightOrder, settings });
  return findings.map(({ id, severity }) => `${id} ${severity}`);
};

describe('preflight', () => {
  test('of a server that has everything finds nothing, changes nothing and says what the mover can do', async () => {
    const server = backupServer();
    const report = await execution(server).mover.preflight(preflightOrder);
    expect(report).toMatchObject({
      findings: [],
      productVersion: '13.0.1.1071',
      capabilities: { cutover: 'restore', undoableUntil: 'connect', rehearsal: false, cancellable: false },
    });
    expect(server.asked(/^(POST|PUT|DELETE) (?!\/api\/oauth2)/)).toEqual([]);
    expect(server.seen.lists.flat().filter(({ cmdlet }) => !/^(Get|Connect|Disconnect)-/.test(cmdlet))).toEqual([]);
  });

  test.each<[string, (server: BackupServer) => void, string]>([
    ['an old server', (s) => Object.assign(s.state, { build: '12.3.1.1139' }), 'PF-401 block'],
    ['a server that hides its build', (s) => s.refuse('Get-VBRBackupServerInfo', cmdletError('no')), 'PF-401 warn'],
    ['an expired licence', (s) => Object.assign(s.state.licence, { Status: 'Expired' }), 'PF-007 block'],
    ['a licence that cannot be read', (s) => s.refuse('Get-VBRInstalledLicense', cmdletError('no')), 'PF-007 warn'],
    ['no free instance', (s) => Object.assign(s.state.licence, { used: 10 }), 'PF-008 block'],
    ['an unknown host', (s) => Object.assign(s.state, { hostKnown: false }), 'PF-409 block'],
    ['change tracking off', (s) => Object.assign(s.state, { tracksChanges: false }), 'PF-310 block'],
    [
      'no way to the host’s VMs',
      (s) => s.refuse('Get-VM', cmdletError('no module', '', 'CommandNotFoundException')),
      'PF-410 block',
    ],
    ['too little room', (s) => Object.assign(s.state, { freeGB: 50 }), 'PF-404 block'],
    ['a VM the plug-in does not know', (s) => Object.assign(s.state, { inventory: [] }), 'PF-413 block'],
    ['a VM in another job', (s) => s.job(), 'PF-412 block'],
    [
      'a stranger under the landing’s name',
      (s) => s.state.vms.push({ Id: 'x', Name: STAGED, State: 'Off' }),
      'PF-313 block',
    ],
    [
      'a leftover mount of ours',
      (s) => s.state.mounts.push({ Id: 'm', VmName: STAGED, State: 'Mounted', Reason: token('cutOver') }),
      'PF-313 warn',
    ],
  ])('finds %s', async (_, set, finding) => {
    expect(await found((server) => void set(server))).toEqual([finding]);
  });

  test('a VM that holds an instance already needs no free one', async () => {
    const set = (server: BackupServer) => {
      server.state.licence.used = 10;
      server.state.licences.push({ name: VM.name, instanceId: 'i', canBeRevoked: true });
    };
    expect(await found(set)).toEqual([]);
  });

  test('a server that does not tell free space leaves a warning', async () => {
    const silent = (server: BackupServer) =>
      server.odd(/repositories\/states/, () => ({ status: 404, headers: {}, body: null }));
    expect(await found(silent)).toEqual(['PF-404 warn']);
  });

  test('a repository that is not there blocks', async () => {
    expect(await found(() => {}, { repository: 'none' })).toEqual(['PF-404 block']);
  });

  test.each<[string, (server: BackupServer) => void, string[]]>([
    ['one job', (s) => s.job(), []],
    ['a job of several VMs', (s) => s.job({ vms: [VM.id, 'b'] }), ['PF-412 warn']],
    ['another job', (s) => s.job({ name: 'weekly' }), ['PF-412 block']],
    ['that and another job', (s) => [s.job(), s.job({ name: 'weekly' })], []],
    ['several jobs of that name', (s) => [s.job(), s.job()], ['PF-412 block']],
    ['a disabled job', (s) => s.job({ enabled: false }), ['PF-412 block']],
  ])('with `adoptJob`, %s gives %j', async (_, set, expected) => {
    expect(await found((server) => void set(server), { adoptJob: 'daily' })).toEqual(expected);
  });

  test('a job of ours from before is no obstacle', async () => {
    const ours = { name: `tranship-web-03-${VM.id}-h1`, description: token('protect') };
    expect(await found((server) => server.job(ours))).toEqual([]);
  });

  test('another source than AHV blocks', async () => {
    const from = { product: 'hyper-v' as const, instance: 'x', contract: 1 };
    const { findings } = await execution(backupServer()).mover.preflight({ ...preflightOrder, from });
    expect(findings.map(({ id }) => id)).toEqual(['PF-413']);
  });
});

describe('settings', () => {
  test.each<[Record<string, string | number | boolean | null>, number]>([
    [{}, 0],
    [{ adoptJob: 'daily', repository: 'fast' }, 0],
    [{ adoptJob: null, proxy: null }, 0],
    [{ adoptJob: true }, 1],
    [{ repository: 7 }, 1],
    [{ proxy: 'p1' }, 1],
    [{ throttleMbps: 200 }, 1],
    [{ wanAccelerator: true }, 1],
  ])('%j: %i are refused, none is ignored', (settings, refused) => {
    const findings = findingsOfSettings('veeam@vbr01', settings);
    expect(findings).toHaveLength(refused);
    expect(findings.every(({ severity }) => severity === 'block')).toBe(true);
  });
});

describe('retire', () => {
  const own = (server: BackupServer) => {
    const job = server.job({ name: `tranship-web-03-${VM.id}-h1`, description: token('protect'), scheduled: false });
    server.state.backups.push({ id: 'b1', name: job.name }, { id: 'b2', name: 'daily' });
    server.state.licences.push({ name: VM.name, instanceId: 'i1', canBeRevoked: true });
    return job;
  };

  test('removes our job, our backup and nobody else’s, and gives the licence back', async () => {
    const server = backupServer();
    const job = own(server);
    server.job();
    expect(await execution(server).mover.retire(retireOrder(job.id))).toEqual({ retired: true });
    expect(server.state.jobs.map(({ name }) => name)).toEqual(['daily']);
    expect(server.state.backups.map(({ id }) => id)).toEqual(['b2']);
    expect(server.state.revoked).toEqual(['i1']);
  });

  test('gone already is done', async () => {
    const server = backupServer();
    const job = own(server);
    await execution(server).mover.retire(retireOrder(job.id));
    server.state.licences = [];
    expect(await execution(server).mover.retire(retireOrder(job.id))).toEqual({ retired: true });
    expect(server.state.backups.map(({ id }) => id)).toEqual(['b2']);
  });

  test('a plug-in that answers nothing has not lost the job', async () => {
    const server = backupServer();
    const job = own(server);
    server.odd(/extension/, () => ({ status: 404, headers: {}, body: null }), 99);
    expect(await mishapOf(execution(server).mover.retire(retireOrder(job.id)))).toBe('Missing');
    expect(server.state.backups).toHaveLength(2);
  });

  test('a job gone with a lost answer still has its backup removed', async () => {
    const server = backupServer();
    const job = own(server);
    server.loseAnswer(/DELETE/);
    const { mover, once } = execution(server);
    expect(await once(() => mover.retire(retireOrder(job.id)))).toBe('Unreachable');
    expect(await once(() => mover.retire(retireOrder(job.id)))).toEqual({ retired: true });
    expect(server.state.backups.map(({ id }) => id)).toEqual(['b2']);
  });

  test('a backup that stays listed is waited for', async () => {
    const server = backupServer();
    const job = own(server);
    server.answers('Remove-VBRBackup', []);
    expect(await mishapOf(execution(server).mover.retire(retireOrder(job.id)))).toBe('NotFinished');
  });

  test('a job that stays listed is waited for', async () => {
    const server = backupServer();
    const job = own(server);
    server.odd(/DELETE/, () => ({ status: 202, headers: {}, body: null }));
    expect(await mishapOf(execution(server).mover.retire(retireOrder(job.id)))).toBe('NotFinished');
  });

  test('a job without our token is not removed', async () => {
    const server = backupServer();
    const job = server.job();
    expect(await mishapOf(execution(server).mover.retire(retireOrder(job.id)))).toBe('Conflict');
    expect(server.state.jobs).toHaveLength(1);
  });

  test('a running job is stopped, for what it copies may never end, and waited for', async () => {
    const server = backupServer();
    const job = own(server);
    server.startRun(job);
    expect(await mishapOf(execution(server).mover.retire(retireOrder(job.id)))).toBe('NotFinished');
    expect(server.state.jobs).toHaveLength(1);
    expect(await execution(server).mover.retire(retireOrder(job.id))).toEqual({ retired: true });
    expect(server.state.jobs).toHaveLength(0);
  });

  test('a run that ends before it could be stopped is no failure', async () => {
    const server = backupServer();
    const job = own(server);
    server.startRun(job);
    server.odd(/stop/, () => {
      job.status = 'Success';
      return { status: 400, headers: {}, body: { title: 'Job is not running' } };
    });
    expect(await mishapOf(execution(server).mover.retire(retireOrder(job.id)))).toBe('NotFinished');
  });

  test('while a mount of ours reads from the backup nothing is removed', async () => {
    const server = backupServer();
    const job = own(server);
    server.state.mounts.push({ Id: 'm', VmName: STAGED, State: 'WaitingForUserAction', Reason: token('cutOver') });
    expect(await mishapOf(execution(server).mover.retire(retireOrder(job.id)))).toBe('Unsafe');
    expect(server.state.jobs).toHaveLength(1);
    expect(server.state.backups).toHaveLength(2);
  });

  test('an adopted job stays, with its backup and licence, and gets its schedule back', async () => {
    const server = backupServer();
    const job = server.job({ enabled: false });
    server.state.backups.push({ id: 'b', name: job.name });
    server.state.licences.push({ name: VM.name, instanceId: 'i1', canBeRevoked: true });
    expect(await execution(server).mover.retire(retireOrder(job.id, true))).toEqual({ retired: true });
    expect(server.state.jobs).toEqual([expect.objectContaining({ enabled: true })]);
    expect(server.state.backups).toHaveLength(1);
    expect(server.state.revoked).toEqual([]);
  });

  test.each<[string, { name: string; instanceId: string; canBeRevoked: boolean }[]]>([
    ['that cannot be given back', [{ name: VM.name, instanceId: 'i', canBeRevoked: false }]],
    ['of another VM', [{ name: 'db-01', instanceId: 'i', canBeRevoked: true }]],
    [
      'of one of two workloads of that name',
      [
        { name: VM.name, instanceId: 'i', canBeRevoked: true },
        { name: VM.name, instanceId: 'j', canBeRevoked: true },
      ],
    ],
  ])('an instance %s is left', async (_, licences) => {
    const server = backupServer();
    server.state.licences = licences;
    await execution(server).mover.retire(retireOrder('gone'));
    expect(server.state.revoked).toEqual([]);
  });
});

test('of two instances of one name the one that bears the id of the VM is given back', async () => {
  const server = backupServer();
  server.state.licences = [
    { name: VM.name, instanceId: 'another', canBeRevoked: true },
    { name: VM.name, instanceId: VM.id, canBeRevoked: true },
  ];
  await execution(server).mover.retire(retireOrder('gone'));
  expect(server.state.revoked).toEqual([VM.id]);
});

describe('the log-in', () => {
  test('is made once for many requests, and sent as a bearer', async () => {
    const server = backupServer();
    await execution(server).mover.preflight(preflightOrder);
    expect(server.seen.logins).toBe(1);
    expect(server.asked(/jobs/)[0]?.headers?.authorization).toBe('Bearer t1');
  });

  test('is renewed before the token ends', async () => {
    const server = backupServer();
    let now = Date.parse('2026-01-01T00:00:00Z');
    const { mover } = execution(server, { now: () => new Date(now) });
    const job = server.job();
    await mover.lag({ ...order('lag'), item: job.id });
    now += 800_000;
    await mover.lag({ ...order('lag'), item: job.id });
    expect(server.seen.logins).toBe(2);
  });

  test('is made once more when the token is refused, and no oftener', async () => {
    const server = backupServer();
    const expired = () => ({ status: 401, headers: {}, body: { errorCode: 'ExpiredToken' } });
    server.odd(/GET .*jobs/, expired, 1);
    const job = server.job();
    const { mover } = execution(server);
    await mover.lag({ ...order('lag'), item: job.id });
    expect(server.seen.logins).toBe(2);
    server.odd(/GET .*jobs/, expired, 9);
    expect(await mishapOf(mover.lag({ ...order('lag'), item: job.id }))).toBe('Configuration');
    expect(server.seen.logins).toBe(3);
  });

  test('that is refused is not repeated: the server locks accounts', async () => {
    const server = backupServer();
    const { mover } = execution(server, { resolveSecret: async () => 'wrong' });
    const failure = await mover.lag({ ...order('lag'), item: 'x' }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ type: 'Configuration' });
    expect(JSON.stringify(failure)).not.toContain('wrong');
    expect(server.seen.logins).toBe(1);
  });

  test.each([
    [403, 'Configuration'],
    [400, 'Refused'],
    [409, 'Throttled'],
  ])('an answer %i is %s', async (status, expected) => {
    const server = backupServer();
    server.odd(/GET .*jobs/, () => ({ status, headers: {}, body: { message: 'no' } }));
    expect(await mishapOf(execution(server).mover.lag({ ...order('lag'), item: 'x' }))).toBe(expected);
  });
});

describe('one reading for everyone', () => {
  const settle = { ...order('settle'), item: 'x', operation: null, successor: null };
  const cut = { ...order('cutOver'), item: 'x', point: 'p' as string | null, predecessor };
  const still = { now: () => new Date('2026-01-01T12:00:00Z') };
  const waiting = () => {
    const server = backupServer();
    server.state.mounts.push({ Id: 'm', VmName: STAGED, State: 'Starting', Reason: token('cutOver') });
    return server;
  };

  test('those who wait share it', async () => {
    const server = waiting();
    const { mover } = execution(server, still);
    await Promise.all(Array.from({ length: 20 }, () => mishapOf(mover.cutOver(cut))));
    expect(server.seen.lists).toHaveLength(1);
  });

  test('fifty VMs that wait, each in its own verb, cost one process a poll', async () => {
    const server = waiting();
    const clock = { now: Date.parse('2026-01-01T12:00:00Z') };
    const { mover } = execution(server, { now: () => new Date(clock.now), pollMs: 15_000 });
    const verbs = [() => mover.cutOver(cut), () => mover.settle(settle), () => mover.commit(settle)];
    for (let step = 0; step < 500; step += 1) {
      expect(await mishapOf(verbs[step % verbs.length]?.() ?? Promise.resolve())).toBe('NotFinished');
      clock.now += 15_000 / 50;
    }
    expect(server.seen.lists).toHaveLength(10);
  });

  test('nothing ends by a look that is older than the question', async () => {
    const server = waiting();
    const { mover } = execution(server, still);
    Object.assign(server.state.mounts[0] ?? {}, { State: 'WaitingForUserAction' });
    server.state.vms.push({ Id: 'v', Name: STAGED, State: 'Off' });
    expect(await mover.settle(settle)).toMatchObject({ state: 'done' });
    Object.assign(server.state.mounts[0] ?? {}, { State: 'Failed' });
    expect(await mover.settle(settle)).toMatchObject({ state: 'failed' });
    expect(await mishapOf(mover.cutOver(cut))).toBe('Vendor');
    server.state.mounts = [];
    server.state.vms = [];
    expect(await mover.abandon(settle)).toEqual({ successorGone: true });
  });

  test('those who decide at the same moment share the look that is made for it', async () => {
    const server = waiting();
    const { mover } = execution(server, still);
    Object.assign(server.state.mounts[0] ?? {}, { State: 'Failed' });
    await mover.settle(settle);
    await Promise.all(Array.from({ length: 50 }, () => mover.settle(settle)));
    expect(server.seen.lists.length).toBeLessThanOrEqual(3);
  });

  test('a reading that failed is not kept', async () => {
    const server = waiting();
    server.refuse('Get-VM', cmdletError('host is busy', 'ResourceBusy'));
    const { mover } = execution(server, still);
    await mishapOf(mover.cutOver(cut));
    await mishapOf(mover.cutOver(cut));
    expect(server.seen.lists).toHaveLength(2);
  });

  test('a cancelled execution starts no process', async () => {
    const server = waiting();
    const cancelled = AbortSignal.abort(new Error('cancelled'));
    const { mover } = execution(server, { attempt: () => ({ before: null, clockMs: 0, execution: 'x', cancelled }) });
    expect(await mishapOf(mover.cutOver(cut))).toContain('cancelled');
    expect(server.seen.lists).toEqual([]);
  });
});

describe('lists of cmdlets', () => {
  interface Entry {
    readonly cmdlet: string;
    readonly module: string;
    readonly parameters: readonly string[];
    readonly mutates: boolean;
    readonly source: string;
  }
  const catalogue = JSON.parse(
    readFileSync(join(process.cwd(), 'activities/veeam/cmdlets.json'), 'utf8'),
  ) as readonly Entry[];

  /** A whole journey there, one back, and one that had to be repaired. */
  const journeys = async () => {
    const server = backupServer();
    const { mover, once } = execution(server);
    await mover.preflight(preflightOrder);
    const { item } = await mover.protect({ ...order('protect'), predecessor });
    const job = server.state.jobs[0];
    if (!job) throw new Error('no job');
    const sync = { ...order('synchronise'), item, round: 0, after: null, final: false };
    await once(() => mover.synchronise(sync));
    server.endRun(job);
    const { point } = await mover.synchronise(sync);
    const cut = { ...order('cutOver'), item, point, predecessor };
    const operation = (verb: string, successor: { id: string; name: string } | null) => ({
      ...order(verb),
      item,
      operation: null,
      successor,
    });
    const mount = async () => {
      const fresh = execution(server);
      await fresh.once(() => fresh.mover.cutOver(cut));
      server.mounted();
      return (await fresh.mover.cutOver(cut)).successor;
    };
    const first = await mount();
    const back = execution(server);
    await back.once(() => back.mover.abandon(operation('abandon', first)));
    await back.mover.abandon(operation('abandon', first));
    const second = await mount();
    const there = execution(server);
    await there.once(() => there.mover.commit(operation('commit', second)));
    await there.once(() => there.mover.commit(operation('commit', second)));
    server.migrated();
    await there.mover.commit(operation('commit', second));
    server.state.vms = [];
    await execution(server).mover.retire(retireOrder(item));
    return server;
  };

  test('each logs on first, by reference to a secret, and off last', async () => {
    const server = await journeys();
    expect(server.seen.open).toBe(0);
    for (const calls of server.seen.lists) {
      expect(calls[0]).toMatchObject({
        cmdlet: 'Connect-VBRServer',
        parameters: {
          Server: 'vbr01',
          Port: 443,
          Credential: { $credential: { user: 'LAB\\svc', password: { $secret: 'env:VBR' } } },
        },
      });
      expect(calls.at(-1)?.cmdlet).toBe('Disconnect-VBRServer');
      expect(new Set(calls.map(({ id }) => id)).size).toBe(calls.length);
    }
  });

  test('hold only catalogued cmdlets and parameters, and the catalogue holds nothing else', async () => {
    const server = await journeys();
    const used = new Map<string, Set<string>>();
    for (const { cmdlet, parameters } of server.seen.lists.flat())
      used.set(cmdlet, new Set([...(used.get(cmdlet) ?? []), ...Object.keys(parameters)]));
    const shown = [...used].map(([cmdlet, parameters]) => [cmdlet, [...parameters].sort()]).sort();
    expect(shown).toEqual(catalogue.map(({ cmdlet, parameters }) => [cmdlet, [...parameters].sort()]).sort());
  });

  test('name a module and a vendor page, and say what they change', () => {
    for (const { module, source, cmdlet, mutates } of catalogue) {
      expect(['Veeam.Backup.PowerShell', 'Hyper-V']).toContain(module);
      expect(source).toMatch(/^https:\/\/(helpcenter\.veeam\.com|learn\.microsoft\.com)\//);
      expect(mutates).toBe(/^(Start|Stop|Remove)-/.test(cmdlet));
    }
  });

  test('never hold a secret', async () => {
    const server = await journeys();
    expect(JSON.stringify(server.seen.lists)).not.toContain('hunter2');
  });
});
