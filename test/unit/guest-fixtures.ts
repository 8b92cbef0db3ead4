import type { CmdletCall, CmdletResult, CmdletRunner } from '../../activities/contracts/cmdlets.ts';
import { CmdletFailed } from '../../activities/contracts/cmdlets.ts';
import type { Baseline, CheckOrder, GuestOrder } from '../../activities/contracts/guest.ts';
import type { GuestFacts, GuestState } from '../../activities/guest/wire.ts';
import { CONTRACT, type PlatformProduct } from '../../domain/address.ts';
import type { GuestInstance } from '../../domain/estate.ts';

export const MAC = '00:15:5d:00:00:01';

export const facts = (change: Partial<GuestFacts> = {}, inside: Partial<GuestFacts['facts']> = {}): GuestFacts => ({
  os: 'linux',
  osName: 'Debian GNU/Linux 12 (bookworm)',
  hostname: 'web-03',
  services: ['nginx', 'ssh'],
  nics: [
    {
      mac: MAC,
      name: 'eth0',
      addresses: ['10.0.0.5/24'],
      gateway: '10.0.0.1',
      dns: ['10.0.0.53'],
      dhcp: false,
    },
  ],
  volumes: [{ mount: '/', total: 1_000_000, used: 400_000 }],
  facts: {
    bitlocker: [],
    fstabByDevice: [],
    hvModules: true,
    initramfsTool: 'dracut',
    connectedMachineAgent: false,
    sanPolicy: null,
    agents: [],
    ...inside,
  },
  ...change,
});

export const baseline = (change: Partial<Baseline> = {}): Baseline => {
  const { os, osName, hostname, services, nics, volumes } = facts();
  return { os, osName, hostname, services, nics, volumes, findings: [], ...change };
};

export const state = (change: Partial<GuestState> = {}): GuestState => {
  const { nics, services, volumes } = facts();
  return {
    nics,
    services,
    volumes,
    gatewayReachable: { '10.0.0.1': true },
    dnsReachable: { '10.0.0.53': true },
    smoke: { passed: true, detail: '200' },
    diskErrors: [],
    secureChannel: null,
    ...change,
  };
};

export const order = (change: Partial<GuestOrder> & { readonly on?: PlatformProduct } = {}): GuestOrder => {
  const { on = 'ahv', ...rest } = change;
  return {
    to: { product: 'guest', instance: 'a', contract: CONTRACT },
    vm: { id: 'b7e5b1de-0d3a-4a57-9a5e-000000000001', name: 'web-03' },
    platform: { product: on, instance: 'p', contract: CONTRACT },
    os: 'windows',
    addresses: ['10.0.0.5'],
    token: 'tranship:src-1/1/inspect/0',
    ...rest,
  };
};

export const checkOrder = (change: Partial<CheckOrder> = {}): CheckOrder => ({
  ...order({ os: 'linux' }),
  baseline: baseline(),
  nics: [{ mac: MAC, address: { ip: '10.0.0.5', prefix: 24, gateway: '10.0.0.1', dns: ['10.0.0.53'] } }],
  smoke: { kind: 'http', target: 'http://10.0.0.5/', expect: '200' },
  hop: 1,
  ...change,
});

export const instance = (change: Partial<GuestInstance> = {}): GuestInstance => ({
  channels: ['direct', 'winrm', 'ssh'],
  windows: { user: 'Administrator', password: 'env:WINDOWS' },
  linux: { user: 'tranship', password: 'env:LINUX' },
  powershell: { command: 'pwsh' },
  sshPort: 22,
  trustFirstUse: true,
  ...change,
});

export const said = (json: object): string => `Welcome!\n<<GUEST>>${JSON.stringify(json)}<<END>>\n`;

export const argumentOf = (call: CmdletCall | undefined): unknown => {
  const list = call?.parameters.ArgumentList as readonly string[] | undefined;
  return JSON.parse(Buffer.from(list?.[0] ?? '', 'base64').toString('utf8'));
};

type Objects = readonly Readonly<Record<string, unknown>>[];
type Reply = Objects | { readonly id: string; readonly message?: string; readonly category?: string };

/** A runner that answers each cmdlet from a function and keeps the calls it got. */
export const fakeRunner = (reply: (call: CmdletCall) => Reply) => {
  const calls: CmdletCall[] = [];
  const run: CmdletRunner = async (list) => {
    const results = new Map<string, CmdletResult>();
    for (const call of list) {
      calls.push(call);
      const answer = reply(call);
      if ('id' in answer) {
        const error = {
          message: answer.message ?? '',
          category: answer.category ?? 'OpenError',
          fullyQualifiedErrorId: answer.id,
        };
        if (!call.mayFail) throw new CmdletFailed(call, error, results);
        results.set(call.id, { id: call.id, objects: [], error });
      } else results.set(call.id, { id: call.id, objects: answer, error: null });
    }
    return results;
  };
  return { run, calls };
};

/** What a Hyper-V host shows of a VM. */
export const shown =
  (heartbeat: string | null, ips: readonly string[] = []) =>
  (call: CmdletCall): Objects =>
    call.cmdlet === 'Get-VM'
      ? [{ State: 'Running', Heartbeat: heartbeat }]
      : [{ Name: 'Network Adapter', MacAddress: '00155D000001', IPAddresses: ips }];

export const noRun: CmdletRunner = async () => {
  throw new Error('nothing shall run here');
};

interface Thrown {
  readonly type?: string;
  readonly message: string;
  readonly details?: readonly { readonly fix?: string; readonly changed?: string; readonly progress?: unknown }[];
}

/** What a promise was rejected with. */
export const failureOf = async (promise: Promise<unknown>): Promise<Thrown> => {
  try {
    await promise;
  } catch (thrown) {
    return thrown as Thrown;
  }
  throw new Error('nothing was thrown');
};
