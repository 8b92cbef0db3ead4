import {
  type CmdletCall,
  CmdletFailed,
  type CmdletResult,
  type CmdletRunner,
  type ParameterValue,
  type Reference,
  RunnerFailed,
} from '../../activities/contracts/cmdlets.ts';
import { unreachable } from '../../activities/contracts/mishap.ts';
import type { Attempt } from '../../activities/http/attempt.ts';
import type { Json, JsonObject } from '../../activities/http/reading.ts';
import type { Http, HttpAnswer, HttpRequest } from '../../activities/http/transport.ts';
import { type VeeamDeps, veeamMover } from '../../activities/veeam/index.ts';

/** A backup server for tests: its plug-in's REST, its own REST and its cmdlets over one state. Written from vendor pages. */

export const VM = { id: '11111111-aaaa-4bbb-8ccc-000000000001', name: 'web-03' };
export const HOST = 'stage01.lab.local';
export const STAGED = 'web-03_replica';

export const token = (verb: string, round = 0): string => `tranship:${VM.id}/1/${verb}/${round}`;
export const order = (verb: string) => ({
  to: { product: 'veeam' as const, instance: 'vbr01', contract: 1 },
  token: token(verb),
  journey: VM.id,
  vm: VM,
  from: { product: 'ahv' as const, instance: 'ntnx-a', contract: 1 },
  target: { product: 'hyper-v' as const, instance: 'stage01', contract: 1 },
  landing: {
    name: STAGED,
    cpus: 2,
    memoryMb: 4096,
    generation: 2 as const,
    power: 'on' as const,
    storagePath: 'C:\\ClusterStorage\\Volume1',
    nics: [],
    disks: [],
  },
  settings: {},
  hop: 1,
});
export const predecessor = {} as never;

export interface FakeJob {
  id: string;
  name: string;
  description: string;
  enabled: boolean;
  scheduled: boolean;
  status: string;
  vms: string[];
  lastSessionId: string | null;
  repositoryId: string;
}

export interface FakeRun {
  id: string;
  job: string;
  type: string;
  state: string;
  result: string;
  startTimeUtc: string;
  objects: number;
  percent: number;
  parent?: string;
  object?: string;
}

type Row = Record<string, unknown>;
type Cmdlet = (parameters: Record<string, unknown>) => readonly Row[];

export const cmdletError = (message: string, category = 'NotSpecified', fullyQualifiedErrorId = 'VeeamError') => ({
  message,
  category,
  fullyQualifiedErrorId,
});

class Refusal extends Error {
  readonly error: ReturnType<typeof cmdletError>;
  constructor(error: ReturnType<typeof cmdletError>) {
    super(error.message);
    this.error = error;
  }
}

const answer = (status: number, body: Json): HttpAnswer => ({
  status,
  headers: { date: 'Thu, 01 Jan 2026 12:00:00 GMT' },
  body,
});

export const backupServer = () => {
  let clock = Date.parse('2026-01-01T09:00:00Z');
  let counter = 0;
  const tick = (): string => {
    clock += 60_000;
    return new Date(clock).toISOString();
  };
  const next = (kind: string): string => {
    counter += 1;
    return `${kind}-${counter}`;
  };

  const state = {
    jobs: [] as FakeJob[],
    runs: [] as FakeRun[],
    /** `owner` is Nutanix's id. */
    points: [] as { id: string; job: string; name: string; owner: string; createdAt: string }[],
    backups: [] as { id: string; name: string }[],
    mounts: [] as Row[],
    records: [] as Row[],
    vms: [] as { Id: string; Name: string; State: string }[],
    /** Disk path → its parent; empty for a file of its own. */
    disks: new Map<string, string>(),
    licences: [] as { name: string; instanceId: string; canBeRevoked: boolean }[],
    revoked: [] as string[],
    licence: { Status: 'Valid', total: 10, used: 1 },
    build: '13.0.1.1071',
    hostKnown: true,
    tracksChanges: true,
    freeGB: 500,
    inventory: [{ id: VM.id, name: VM.name, clusterId: 'cluster-1' }] as JsonObject[],
    showsReason: true,
  };
  const seen = {
    requests: [] as HttpRequest[],
    lists: [] as (readonly CmdletCall[])[],
    open: 0,
    logins: 0,
  };
  const odd: { matches: RegExp; left: number; answer: (usual: () => HttpAnswer) => HttpAnswer }[] = [];
  const oddCmdlets: { cmdlet: string; left: number; act: (usual: () => readonly Row[]) => readonly Row[] }[] = [];

  const jobJson = (job: FakeJob): JsonObject => ({
    id: job.id,
    name: job.name,
    mode: 'Backup',
    description: job.description,
    status: job.status,
    enabled: job.enabled,
    objects: job.vms.length,
    lastSessionId: job.lastSessionId,
  });
  const settingsJson = (job: FakeJob): JsonObject => ({
    name: job.name,
    description: job.description,
    repositoryId: job.repositoryId,
    includes: { objects: job.vms.map((id) => ({ id, clusterId: 'cluster-1', type: 'VirtualMachine' })) },
    scheduleSettings: { enabled: job.scheduled },
  });
  const runJson = (run: FakeRun): JsonObject => ({
    id: run.id,
    sessionType: run.type,
    state: run.state,
    result: run.result,
    startTimeUtc: run.startTimeUtc,
    jobName: state.jobs.find(({ id }) => id === run.job)?.name ?? '',
    ...(run.parent ? { parentSessionId: run.parent } : {}),
    context: { jobId: run.job, ...(run.object ? { objectId: run.object } : {}) },
    progressState: {
      progressPercents: run.percent,
      objectsCount: run.objects,
      transferred: { value: 1_000 },
      processed: { value: 5_000 },
      events: run.result === 'Error' ? [{ severity: 'Error', message: 'CBT was lost' }] : [],
    },
  });
  const page = (items: readonly Json[]): HttpAnswer =>
    answer(200, { offset: 0, limit: 100, totalCount: items.length, results: items });

  const startRun = (job: FakeJob): FakeRun => {
    const run: FakeRun = {
      id: next('run'),
      job: job.id,
      type: 'BackupVmJob',
      state: 'Running',
      result: 'None',
      startTimeUtc: tick(),
      objects: job.vms.length,
      percent: 10,
    };
    state.runs.push(run);
    Object.assign(job, { lastSessionId: run.id, status: 'Running' });
    return run;
  };

  const jobVerb = (job: FakeJob, verb: string | undefined, method: string): HttpAnswer => {
    if (method === 'DELETE') {
      state.jobs.splice(state.jobs.indexOf(job), 1);
      return answer(204, null);
    }
    if (verb === 'settings') return answer(200, settingsJson(job));
    if (verb === 'enable' || verb === 'disable') {
      job.enabled = verb === 'enable';
      return answer(204, null);
    }
    if (verb === 'start') {
      if (job.status === 'Running') return answer(400, { title: 'Job is already running' });
      return answer(202, { sessionId: startRun(job).id });
    }
    if (verb === 'stop') {
      if (job.status !== 'Running') return answer(400, { title: 'Job is not running' });
      job.status = 'Stopped';
      return answer(202, null);
    }
    return answer(200, jobJson(job));
  };

  const plugin = (request: HttpRequest, path: string): HttpAnswer => {
    const [, collection = '', id, verb] = path.split('?')[0]?.split('/') ?? [];
    if (collection === 'jobs') {
      if (id === 'defaultSettings') return answer(200, { compression: 'Optimal', scheduleSettings: { enabled: true } });
      if (id) {
        const job = state.jobs.find((one) => one.id === decodeURIComponent(id));
        return job ? jobVerb(job, verb, request.method) : answer(404, { title: 'no such job' });
      }
      if (request.method === 'GET') return page(state.jobs.map(jobJson));
      const body = request.json as {
        name: string;
        description: string;
        repositoryId: string;
        includes: { objects: { id: string }[] };
        scheduleSettings: { enabled: boolean };
      };
      const made: FakeJob = {
        id: next('job'),
        name: body.name,
        description: body.description,
        enabled: true,
        scheduled: body.scheduleSettings.enabled,
        status: 'NeverStarted',
        vms: body.includes.objects.map((one) => one.id),
        lastSessionId: null,
        repositoryId: body.repositoryId,
      };
      state.jobs.push(made);
      return answer(201, { id: made.id });
    }
    if (collection === 'sessions') {
      if (!id) return page(state.runs.map(runJson));
      const run = state.runs.find((one) => one.id === decodeURIComponent(id));
      return run ? answer(200, runJson(run)) : answer(404, { title: 'no such session' });
    }
    if (collection === 'prismCentrals') return id ? page(state.inventory) : page([{ id: 'pc-1' }]);
    if (collection === 'clusters') return id ? page([]) : page([]);
    if (collection === 'restorePoints') {
      const point = state.points.find((one) => one.id === id);
      return point ? answer(200, { id: point.owner, name: point.name }) : answer(404, { title: 'no such point' });
    }
    return answer(404, { title: 'no such resource' });
  };

  const server = (request: HttpRequest, path: string): HttpAnswer => {
    const data = (items: readonly Json[]): HttpAnswer =>
      answer(200, { data: items, pagination: { total: items.length, count: items.length, skip: 0, limit: 100 } });
    if (request.headers?.['x-api-version'] !== '1.3-rev1') return answer(400, { errorCode: 'UnexpectedContent' });
    const revoked = /^\/license\/instances\/(.+)\/revoke$/.exec(path)?.[1];
    if (revoked) {
      state.revoked.push(revoked);
      return answer(200, {});
    }
    if (path.startsWith('/license/instances')) return data(state.licences);
    if (path.startsWith('/backupInfrastructure/repositories/states'))
      return data([{ name: 'fast', freeGB: state.freeGB }]);
    return answer(404, { errorCode: 'NotFound', message: 'no' });
  };

  const usual = (request: HttpRequest): HttpAnswer => {
    if (request.path === '/api/oauth2/token') {
      seen.logins += 1;
      if (request.form?.password !== 'hunter2') return answer(401, { errorCode: 'AccessDenied', message: 'bad login' });
      return answer(200, { access_token: `t${seen.logins}`, expires_in: 900 });
    }
    if (!request.headers?.authorization?.startsWith('Bearer t')) return answer(401, { errorCode: 'InvalidToken' });
    const extension = /^\/extension\/799a5a3e-ae1e-4eaf-86eb-8a9acc2670e2\/api\/v8(\/.*)$/.exec(request.path)?.[1];
    if (extension) return plugin(request, extension);
    return request.path.startsWith('/api/v1')
      ? server(request, request.path.slice('/api/v1'.length))
      : answer(404, null);
  };

  const http: Http = async (request) => {
    seen.requests.push(request);
    const rule = odd.find(({ left, matches }) => left > 0 && matches.test(`${request.method} ${request.path}`));
    if (!rule) return usual(request);
    rule.left -= 1;
    return rule.answer(() => usual(request));
  };

  const removeVm = (name: string): void => {
    state.vms = state.vms.filter((vm) => vm.Name !== name);
  };

  const cmdlets: Readonly<Record<string, Cmdlet>> = {
    'Get-VBRBackupServerInfo': () => [{ Name: 'vbr01', Build: state.build }],
    'Get-VBRInstalledLicense': () => [
      {
        Status: state.licence.Status,
        'InstanceLicenseSummary.LicensedInstancesNumber': state.licence.total,
        'InstanceLicenseSummary.UsedInstancesNumber': state.licence.used,
      },
    ],
    'Get-VBRServer': ({ Name }) => (state.hostKnown ? [{ Id: 'host-1', Name }] : []),
    'Get-VBRHvServerConfiguration': () => [{ EnableCBT: state.tracksChanges }],
    'Get-VBRBackupRepository': ({ ScaleOut }) =>
      ScaleOut ? [{ Id: 'sobr-1', Name: 'wide' }] : [{ Id: 'repo-1', Name: 'fast' }],
    'Get-VBRBackup': () => state.backups.map(({ id, name }) => ({ Id: id, Name: name })),
    'Remove-VBRBackup': ({ Backup, FromDisk, Confirm }) => {
      if (Confirm !== false) throw new Refusal(cmdletError('NonInteractive mode', 'InvalidOperation'));
      if (FromDisk !== true) return [];
      const gone = (Backup as Row[]).map((one) => one.Id);
      state.backups = state.backups.filter(({ id }) => !gone.includes(id));
      return [];
    },
    'Get-VBRRestorePoint': ({ Id, Backup }) => {
      const jobs = (Backup as Row[] | undefined)?.map((one) => one.Name);
      return state.points
        .filter((point) => (Id === undefined || point.id === Id) && (!jobs || jobs.includes(point.job)))
        .map((point) => ({ Id: point.id, CreationTime: point.createdAt, Name: point.name }));
    },
    'Get-VBRInstantRecovery': () =>
      state.mounts.map((mount) => (state.showsReason ? mount : { ...mount, Reason: null })),
    'Get-VBRRestoreSession': () => state.records,
    'Get-VM': () => state.vms,
    'Start-VBRHvInstantRecovery': ({ RestorePoint, Server, VMName, Reason }) => {
      const [point] = RestorePoint as Row[];
      if (!point || (Server as Row[]).length !== 1)
        throw new Refusal(cmdletError('no point or host', 'InvalidArgument'));
      const id = next('mount');
      state.mounts.push({ Id: id, VmName: VMName, State: 'Starting', Reason });
      state.records.push({
        Id: `s-${id}`,
        Name: VMName,
        State: 'Working',
        Result: 'None',
        Reason,
        CreationTime: tick(),
      });
      return [];
    },
    'Start-VBRHvInstantRecoveryMigration': ({ InstantRecovery }) => {
      const [mount] = InstantRecovery as Row[];
      if (!mount) throw new Refusal(cmdletError('no mount', 'InvalidArgument'));
      return [{ Id: 'migration-1' }];
    },
    'Get-VBRBackupSession': ({ Id }) => [{ Id, State: 'Working', Result: 'None' }],
    'Stop-VBRInstantRecovery': ({ InstantRecovery }) => {
      for (const mount of InstantRecovery as Row[]) {
        state.mounts = state.mounts.filter((one) => one.Id !== mount.Id);
        state.records
          .filter((one) => one.Id === `s-${mount.Id}`)
          .forEach((one) => {
            Object.assign(one, { State: 'Stopped', Result: 'Success' });
          });
        removeVm(String(mount.VmName));
      }
      return [];
    },
    'Get-VMHardDiskDrive': ({ VM: vms }) =>
      (vms as Row[]).flatMap(() => [...state.disks.keys()].map((Path) => ({ Path }))),
    'Get-VHD': ({ Path }) =>
      (Path as string[]).map((path) => ({ Path: path, ParentPath: state.disks.get(path) ?? '', VhdType: 'Dynamic' })),
  };

  const isReference = (value: ParameterValue): value is Reference =>
    typeof value === 'object' && value !== null && '$ref' in value;

  /** As the script on the host does it: references are objects of earlier calls of the same list. */
  const run: CmdletRunner = async (calls) => {
    seen.lists.push(calls);
    const objects = new Map<string, readonly Row[]>();
    const results = new Map<string, CmdletResult>();
    let connected = false;
    const resolved = (value: ParameterValue): unknown => {
      if (!isReference(value)) return value;
      const rows = objects.get(value.$ref);
      if (!rows) throw new RunnerFailed('refused', `no earlier call ${value.$ref}`);
      const kept = rows.filter((row) =>
        Object.entries(value.where ?? {}).every(([key, wanted]) => row[key] === wanted),
      );
      if (kept.length === 0)
        throw new Refusal(cmdletError('names no object', 'InvalidArgument', 'TranshipReferenceEmpty'));
      return value.property ? kept.map((row) => row[value.property ?? '']) : kept;
    };
    for (const call of calls) {
      if (call.cmdlet === 'Connect-VBRServer') {
        connected = true;
        seen.open += 1;
        results.set(call.id, { id: call.id, objects: [], error: null });
        continue;
      }
      if (!connected) throw new RunnerFailed('noEnvelope', 'nobody logged on');
      if (call.cmdlet === 'Disconnect-VBRServer') {
        seen.open -= 1;
        continue;
      }
      try {
        const parameters = Object.fromEntries(
          Object.entries(call.parameters).map(([name, value]) => [name, resolved(value)]),
        );
        const act = cmdlets[call.cmdlet];
        if (!act)
          throw new Refusal(
            cmdletError(`${call.cmdlet} is not recognised`, 'ObjectNotFound', 'CommandNotFoundException'),
          );
        const rule = oddCmdlets.find(({ cmdlet, left }) => left > 0 && cmdlet === call.cmdlet);
        if (rule) rule.left -= 1;
        const rows = rule ? rule.act(() => act(parameters)) : act(parameters);
        objects.set(call.id, rows);
        const picked = rows.map((row) => Object.fromEntries(call.select.map((path) => [path, row[path] ?? null])));
        results.set(call.id, { id: call.id, objects: picked, error: null });
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        objects.set(call.id, []);
        results.set(call.id, { id: call.id, objects: [], error: error.error });
        if (!call.mayFail) {
          seen.open -= 1;
          throw new CmdletFailed(call, error.error, results);
        }
      }
    }
    return results;
  };

  /** Ends the newest run of a job, with a point when it is good. */
  const endRun = (job: FakeJob, result = 'Success'): FakeRun => {
    const run = state.runs.filter((one) => one.job === job.id && !one.parent).at(-1);
    if (!run) throw new Error('no run');
    Object.assign(run, { state: 'Finished', result, percent: 100 });
    job.status = result;
    if (result === 'Error') return run;
    for (const owner of job.vms) {
      const name = String(state.inventory.find((one) => one.id === owner)?.name ?? VM.name);
      state.points.push({ id: next('point'), job: job.name, name, owner, createdAt: tick() });
      if (job.vms.length > 1)
        state.runs.push({ ...run, id: next('part'), type: 'BackupVm', parent: run.id, object: owner, objects: 1 });
    }
    if (!state.backups.some(({ name }) => name === job.name))
      state.backups.push({ id: next('backup'), name: job.name });
    return run;
  };

  return {
    state,
    seen,
    http,
    run,
    startRun,
    endRun,
    job: (change: Partial<FakeJob> = {}): FakeJob => {
      const made: FakeJob = {
        id: next('job'),
        name: 'daily',
        description: 'the customer’s',
        enabled: true,
        scheduled: true,
        status: 'Success',
        vms: [VM.id],
        lastSessionId: null,
        repositoryId: 'repo-1',
        ...change,
      };
      state.jobs.push(made);
      return made;
    },
    /** A mount has become ready and its VM stands. */
    mounted: () => {
      for (const mount of state.mounts) {
        mount.State = 'WaitingForUserAction';
        state.vms.push({ Id: `vm-of-${mount.Id}`, Name: String(mount.VmName), State: 'Off' });
        state.disks.set('C:\\a.avhdx', 'C:\\a.vhdx');
      }
    },
    /** The migration to production has ended. */
    migrated: () => {
      state.mounts = [];
      for (const record of state.records) Object.assign(record, { State: 'Stopped', Result: 'Success' });
      state.disks.clear();
      state.disks.set('C:\\a.vhdx', '');
    },
    odd: (matches: RegExp, reply: (usual: () => HttpAnswer) => HttpAnswer, times = 1) => {
      odd.push({ matches, left: times, answer: reply });
    },
    /** The effect happens and nobody hears of it. */
    loseAnswer: (matches: RegExp) => {
      odd.push({
        matches,
        left: 1,
        answer: (happen) => {
          happen();
          throw unreachable('the answer was lost');
        },
      });
    },
    refuse: (cmdlet: string, error: ReturnType<typeof cmdletError>, times = 1) => {
      oddCmdlets.push({
        cmdlet,
        left: times,
        act: () => {
          throw new Refusal(error);
        },
      });
    },
    /** The shell dies after the effect. */
    die: (cmdlet: string) => {
      oddCmdlets.push({
        cmdlet,
        left: 1,
        act: (happen) => {
          happen();
          seen.open -= 1;
          throw new RunnerFailed('noEnvelope', 'the shell died');
        },
      });
    },
    answers: (cmdlet: string, rows: readonly Row[], times = 1) => {
      oddCmdlets.push({ cmdlet, left: times, act: () => rows });
    },
    asked: (matches: RegExp) => seen.requests.filter(({ method, path }) => matches.test(`${method} ${path}`)),
    called: (cmdlet: string) => seen.lists.flat().filter((call) => call.cmdlet === cmdlet),
  };
};

export type BackupServer = ReturnType<typeof backupServer>;

/** One execution of an activity, try after try, as Temporal and the worker run it. */
export const execution = (server: BackupServer, more: Partial<VeeamDeps> = {}) => {
  let before: Attempt['before'] = null;
  let now = Date.parse('2026-01-01T12:00:00Z');
  const mover = veeamMover({
    instance: {
      server: 'vbr01',
      port: 443,
      endpoint: 'https://vbr01',
      login: { user: 'LAB\\svc', password: 'env:VBR' },
      pluginApi: 'v8',
      restApi: '1.3-rev1',
      repository: 'fast',
      powershell: { command: 'pwsh' },
    },
    run: server.run,
    resolveSecret: async () => 'hunter2',
    now: () => {
      now += 5_000;
      return new Date(now);
    },
    hosts: { stage01: { host: HOST } },
    at: 'veeam@vbr01',
    http: server.http,
    attempt: () => ({ before, clockMs: 0, execution: 'run/1' }),
    ...more,
  });
  /** One try, a poll after the last; what it says as its progress reaches the next. Returns the class of its mishap, or its result. */
  const once = async <T>(verb: () => Promise<T>): Promise<T | string> => {
    now += 15_000;
    try {
      return await verb();
    } catch (error) {
      const failure = error as { type?: string; details?: { progress?: unknown }[] };
      const progress = failure.details?.[0]?.progress;
      if (typeof progress === 'string' && progress.startsWith('{')) before = JSON.parse(progress);
      if (!failure.type) throw error;
      return failure.type;
    }
  };
  return { mover, once };
};

export const mishapOf = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'none',
    (error: { type?: string }) => error.type ?? String(error),
  );
