import { type AhvDeps, ahvPlatform } from '../../activities/ahv/index.ts';
import { unreachable } from '../../activities/contracts/mishap.ts';
import type { Attempt } from '../../activities/http/attempt.ts';
import type { JsonObject } from '../../activities/http/reading.ts';
import type { Http, HttpAnswer, HttpRequest } from '../../activities/http/transport.ts';

/** A Prism Central for tests, written from its published API: tags, tasks, request ids, both adapter schemas. */

export const VM = { id: '11111111-aaaa-4bbb-8ccc-000000000001', name: 'web-03' };
export const JOURNEY = VM.id;
export const NICS = ['22222222-0000-4000-8000-000000000001', '22222222-0000-4000-8000-000000000002'] as const;
const SUBNET = '33333333-0000-4000-8000-000000000001';

export const token = (verb: string): string => `tranship:${VM.id}/1/${verb}/0`;
export const order = (verb: string) => ({
  to: { product: 'ahv' as const, instance: 'ntnx-a', contract: 1 },
  vm: VM,
  token: token(verb),
});

type Nic = { extId: string } & Record<string, unknown>;

const oldNic = (extId: string, mac: string): Nic => ({
  extId,
  backingInfo: { model: 'VIRTIO', macAddress: mac, isConnected: true },
  networkInfo: {
    subnet: { extId: SUBNET },
    vlanMode: 'ACCESS',
    ipv4Info: { learnedIpAddresses: [{ value: '10.0.0.3', prefixLength: 32 }] },
  },
});

const newNic = (extId: string, mac: string): Nic => ({
  extId,
  nicBackingInfo: { $objectType: 'vmm.v4.ahv.config.VirtualEthernetNic', macAddress: mac, isConnected: true },
  nicNetworkInfo: { subnet: { extId: SUBNET }, ipv4Config: { ipAddress: { value: '10.0.1.3' } } },
});

const machine = (): Record<string, unknown> => ({
  extId: VM.id,
  name: VM.name,
  description: 'shop front',
  powerState: 'ON',
  numSockets: 2,
  numCoresPerSocket: 2,
  numThreadsPerCore: 1,
  memorySizeBytes: 8 * 1024 ** 3,
  cluster: { extId: 'cluster-1' },
  bootConfig: { $objectType: 'vmm.v4.ahv.config.UefiBoot', isSecureBootEnabled: false },
  guestTools: {
    isInstalled: true,
    isEnabled: true,
    isReachable: true,
    guestOsVersion: 'windows:64:Windows Server 2022',
  },
  disks: [
    {
      extId: 'disk-1',
      diskAddress: { busType: 'SCSI', index: 0 },
      backingInfo: { $objectType: 'vmm.v4.ahv.config.VmDisk', diskExtId: 'd1', diskSizeBytes: 40 * 1024 ** 3 },
    },
  ],
  nics: [oldNic(NICS[0], '50:6B:8D:00:00:01'), newNic(NICS[1], '50:6B:8D:00:00:02')],
});

const ok = (data: unknown, headers: Record<string, string> = {}): HttpAnswer => ({
  status: 200,
  headers,
  body: { data } as JsonObject,
});

export const refusal = (status: number, errorGroup: string, message = 'no'): HttpAnswer => ({
  status,
  headers: {},
  body: {
    data: { $errorItemDiscriminator: 'List<vmm.v4.error.AppMessage>', error: [{ errorGroup, code: 'VMM-1', message }] },
  },
});

type Odd = (request: HttpRequest, usual: () => HttpAnswer) => HttpAnswer;

/** What a guest does when it is asked to shut down. */
export type Guest = 'obeys' | 'obeysAcpi' | 'ignores';

export const prismCentral = (start: { guest?: Guest; vm?: Record<string, unknown> } = {}) => {
  let vm: Record<string, unknown> | null = { ...machine(), ...start.vm };
  let version = 1;
  let nextTask = 1;
  const sent: HttpRequest[] = [];
  const oddities: { readonly matches: RegExp; readonly answer: Odd; left: number }[] = [];
  const made = new Map<string, HttpAnswer>();
  const tasks = new Map<string, JsonObject>();
  const guest = start.guest ?? 'obeys';
  const site = {
    clusters: [
      {
        extId: 'cluster-1',
        name: 'prod',
        config: { buildInfo: { version: '7.0.1' }, hypervisorTypes: ['AHV'] },
        network: { externalDataServiceIp: { ipv4: { value: '10.0.0.9' } } },
      },
    ] as JsonObject[],
    managers: [{ config: { buildInfo: { version: 'pc.2024.3.1' } } }] as JsonObject[],
    points: [{ vmExtId: VM.id }] as JsonObject[],
    busy: [] as JsonObject[],
  };

  const tag = (): string => `"v${version}"`;
  const touched = (change: Record<string, unknown>): void => {
    if (vm) vm = { ...vm, ...change };
    version += 1;
  };
  const task = (): HttpAnswer => {
    const id = `ZXJnb24=:task-${nextTask}`;
    nextTask += 1;
    tasks.set(id, { extId: id, status: 'SUCCEEDED', progressPercentage: 100 });
    return { status: 202, headers: {}, body: { data: { extId: id } } };
  };
  const nicsOf = (): Nic[] => (vm?.nics ?? []) as Nic[];

  const act = (action: string): void => {
    if (action === 'power-on') touched({ powerState: 'ON' });
    if (action === 'power-off') touched({ powerState: 'OFF' });
    if (action === 'guest-shutdown' && guest === 'obeys') touched({ powerState: 'OFF' });
    if (action === 'shutdown' && guest !== 'ignores') touched({ powerState: 'OFF' });
  };

  const changed = (request: HttpRequest, rest: string): HttpAnswer => {
    const header = request.headers ?? {};
    const known = made.get(header['ntnx-request-id'] ?? '');
    if (known) return known;
    if (!header['if-match']) return refusal(428, 'PRECONDITION_REQUIRED');
    if (!vm) return refusal(404, 'ENTITY_NOT_FOUND');
    if (header['if-match'] !== tag()) return refusal(412, 'ETAG_MISMATCH');
    const action = /\$actions\/([\w-]+)$/.exec(rest)?.[1];
    const nic = /\/nics\/([\w-]+)$/.exec(rest)?.[1];
    if (request.method === 'DELETE') vm = null;
    else if (action) act(action);
    else if (nic)
      touched({ nics: nicsOf().map((one) => (one.extId === nic ? (request.json as unknown as Nic) : one)) });
    else touched({ description: (request.json as Record<string, unknown>).description });
    const answer = task();
    made.set(header['ntnx-request-id'] ?? '', answer);
    return answer;
  };

  const usual = (request: HttpRequest): HttpAnswer => {
    const path = request.path.split('?')[0] ?? '';
    if (request.method === 'OPTIONS') return ok('v4.1');
    const [, namespace, rest] = /^\/api\/(\w+)\/v4\.\d+(\/.*)$/.exec(path) ?? [];
    if (!rest) return refusal(404, 'NOT_FOUND');
    if (namespace === 'networking') return ok({ extId: SUBNET, name: 'prod-net', networkId: 110, subnetType: 'VLAN' });
    if (namespace === 'clustermgmt') return ok(site.clusters);
    if (rest.startsWith('/config/domain-managers')) return ok(site.managers);
    if (rest === '/config/tasks') return ok(site.busy);
    if (rest.startsWith('/config/tasks/')) {
      const found = tasks.get(decodeURIComponent(rest.slice('/config/tasks/'.length)));
      return found ? ok(found) : refusal(404, 'ENTITY_NOT_FOUND');
    }
    if (rest.includes('vm-recovery-points')) return ok(site.points);
    if (request.method !== 'GET') return changed(request, rest);
    if (!vm) return refusal(404, 'ENTITY_NOT_FOUND');
    const nic = /\/nics\/([\w-]+)$/.exec(rest)?.[1];
    const data = nic ? nicsOf().find((one) => one.extId === nic) : vm;
    return data ? ok(data, { etag: tag() }) : refusal(404, 'ENTITY_NOT_FOUND');
  };

  const http: Http = async (request) => {
    sent.push(request);
    const odd = oddities.find(({ matches, left }) => left > 0 && matches.test(`${request.method} ${request.path}`));
    if (!odd) return usual(request);
    odd.left -= 1;
    return odd.answer(request, () => usual(request));
  };

  return {
    http,
    site,
    tasks,
    vm: () => vm,
    set: (change: Record<string, unknown>) => touched(change),
    /** Changes it behind the reader's back. */
    bump: () => touched({}),
    plugs: () =>
      nicsOf().map((nic) => ((nic.backingInfo ?? nic.nicBackingInfo) as { isConnected: boolean }).isConnected),
    odd: (matches: RegExp, answer: Odd, times = 1) => {
      oddities.push({ matches, answer, left: times });
    },
    /** The effect happens and nobody hears of it. */
    loseAnswer: (matches: RegExp) => {
      oddities.push({
        matches,
        left: 1,
        answer: (_, happen) => {
          happen();
          throw unreachable('the answer was lost');
        },
      });
    },
    changes: () => sent.filter(({ method }) => method !== 'GET' && method !== 'OPTIONS'),
    asked: (matches: RegExp) => sent.filter(({ method, path }) => matches.test(`${method} ${path}`)),
  };
};

export type PrismCentral = ReturnType<typeof prismCentral>;

/** One execution of an activity, try after try, as Temporal and the worker run it. */
export const execution = (prism: PrismCentral, more: Partial<AhvDeps> = {}) => {
  let before: Attempt['before'] = null;
  let clockMs = 1_000_000;
  const platform = ahvPlatform({
    instance: { endpoint: 'https://prism', login: { user: 'svc', password: 'env:PRISM' } },
    resolveSecret: async () => 'hunter2',
    now: () => new Date('2026-01-01T21:04:11Z'),
    at: 'ahv@ntnx-a',
    http: prism.http,
    attempt: () => ({ before, clockMs, execution: 'run/1' }),
    pause: async () => {},
    ...more,
  });
  /** Tries until it ends; each try that is not finished leaves its progress to the next. */
  const toTheEnd = async <T>(verb: () => Promise<T>, stepMs = 10_000, tries = 60): Promise<T> => {
    for (let n = 1; ; n += 1) {
      try {
        return await verb();
      } catch (error) {
        const failure = error as { type?: string; details?: { progress?: unknown }[] };
        if (n === tries || !['NotFinished', 'Unreachable', 'Throttled'].includes(failure.type ?? '')) throw error;
        const progress = failure.details?.[0]?.progress;
        if (typeof progress === 'string' && progress.startsWith('{')) before = JSON.parse(progress);
        clockMs += stepMs;
      }
    }
  };
  return { platform, toTheEnd };
};

/** The class of the mishap a promise ends with; `none` when it does not fail. */
export const mishapOf = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'none',
    (error: { type?: string }) => error.type ?? String(error),
  );
