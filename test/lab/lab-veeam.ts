import type { Scenario } from '../../lab/estate/scenario.ts';
import type { Fault, LabVm } from '../../lab/estate/types.ts';
import { ready, run } from '../../lab/powershell/calls.ts';
import { CmdletError } from '../../lab/powershell/cmdlet.ts';
import { property } from '../../lab/powershell/properties.ts';
import { oneVm } from '../../lab/scenarios/one.ts';
import { veeamCmdlets } from '../../lab/veeam/cmdlets.ts';
import { handle } from '../../lab/veeam/index.ts';
import { clusterId, repositoryId } from '../../lab/veeam/names.ts';
import { type Bench, labBench } from '../support/lab-bench.ts';
import { type HttpBench, httpBench, inside, type Reply } from '../support/lab-http.ts';

export const plugin = '/extension/799a5a3e-ae1e-4eaf-86eb-8a9acc2670e2/api/v8';
export const revision = { 'x-api-version': '1.3-rev1' };

type Parameters = Readonly<Record<string, unknown>>;

export const veeamScenario = (veeam: Partial<Scenario['veeam']> = {}, wish: Parameters = {}): Scenario => {
  const scenario = oneVm({ speed: 1, ...wish });
  return { ...scenario, veeam: { ...scenario.veeam, ...veeam } };
};

export interface VeeamBench {
  readonly lab: Bench;
  readonly http: HttpBench;
  /** A call of the plug-in's REST, or of VBR's own when the path is absolute; signed in anew when the token is over. */
  rest(method: string, path: string, body?: unknown): Promise<Reply>;
  /** One cmdlet in a shell that is connected. */
  ps(cmdlet: string, parameters?: Parameters): Promise<readonly unknown[]>;
  read(cmdlet: string, parameters: Parameters, path: string): Promise<unknown>;
  refusal(cmdlet: string, parameters?: Parameters): Promise<CmdletError>;
  /** Makes a job for VMs and gives its id. */
  job(vms?: readonly LabVm[], settings?: Parameters): Promise<string>;
  start(job: string, mode?: string): Promise<string>;
  session(id: string): Promise<unknown>;
  /** Runs a job to its end and shows the session. */
  ran(job: string, mode?: string): Promise<unknown>;
  until(holds: () => boolean | Promise<boolean>, what: string): Promise<void>;
  arm(kind: Fault['kind'], point: string, detail?: Fault['detail']): void;
  /** Starts Instant Recovery of the newest point and waits until it waits for somebody. */
  mounted(parameters?: Parameters): Promise<LabVm>;
  newestPoint(): Promise<unknown>;
  reopen(): Promise<void>;
  close(): Promise<void>;
}

export const staging = 'C:\\ClusterStorage\\Volume1\\Staging';

export const veeamBench = async (scenario: Scenario = veeamScenario()): Promise<VeeamBench> => {
  const lab = labBench(scenario);
  let http = await httpBench(handle(lab.estate));
  const known = scenario.veeam.version.startsWith('12.') ? { 'x-api-version': '1.2-rev1' } : revision;
  let token = '';
  const session = new Map<string, unknown>();

  const signIn = async (): Promise<void> => {
    const { user, password } = scenario.veeam;
    const form = new URLSearchParams({ grant_type: 'password', username: user, password });
    const reply = await http.send('POST', '/api/oauth2/token', known, form.toString());
    token = String(inside(reply.body, 'access_token'));
  };

  const bench: VeeamBench = {
    lab,
    get http() {
      return http;
    },
    rest: async (method, path, body) => {
      const url = path.startsWith('/api/') ? path : `${plugin}/${path}`;
      const text = body === undefined ? undefined : JSON.stringify(body);
      const send = () => http.send(method, url, { ...known, authorization: `Bearer ${token}` }, text);
      const reply = await send();
      if (reply.status !== 401) return reply;
      await signIn();
      return send();
    },
    ps: async (cmdlet, parameters = {}) => {
      const shell = {
        estate: lab.estate,
        instance: scenario.veeam.instance,
        table: veeamCmdlets,
        session,
        interactive: false,
        isGone: () => false,
      };
      const call = (name: string, given: Parameters) =>
        run(
          shell,
          ready(veeamCmdlets, { id: 'one', cmdlet: name, parameters: given, select: [] }, (value) => value),
        );
      if (session.size === 0 && cmdlet !== 'Connect-VBRServer')
        await call('Connect-VBRServer', { Server: 'localhost' });
      return call(cmdlet, parameters);
    },
    read: async (cmdlet, parameters, path) => property((await bench.ps(cmdlet, parameters))[0], path),
    refusal: async (cmdlet, parameters) => {
      const outcome = await bench.ps(cmdlet, parameters).catch((reason: unknown) => reason);
      if (outcome instanceof CmdletError) return outcome;
      throw outcome instanceof Error ? outcome : new Error(`${cmdlet} did not fail`);
    },
    job: async (vms = [lab.vm()], settings = {}) => {
      const reply = await bench.rest('POST', 'jobs', {
        name: 'TRN-web-01',
        description: 'token',
        mode: 'Backup',
        repositoryId: repositoryId(scenario),
        includes: { objects: vms.map(({ id }) => ({ id, clusterId: clusterId(scenario), type: 'VirtualMachine' })) },
        retentionSettings: { type: 'RestorePoints', restorePointsToKeep: 7 },
        scheduleSettings: { enabled: false },
        ...settings,
      });
      if (reply.status !== 201) throw new Error(JSON.stringify(reply.body));
      return String(inside(reply.body, 'id'));
    },
    start: async (job, mode = 'IncrementalBackup') => {
      const reply = await bench.rest('POST', `jobs/${job}/start?backupMode=${mode}`);
      if (reply.status !== 202) throw new Error(JSON.stringify(reply.body));
      return String(inside(reply.body, 'sessionId'));
    },
    session: async (id) => (await bench.rest('GET', `sessions/${id}`)).body,
    ran: async (job, mode) => {
      const id = await bench.start(job, mode);
      await bench.until(async () => inside(await bench.session(id), 'finishTimeUtc') !== null, 'the end of the run');
      return bench.session(id);
    },
    until: async (holds, what) => {
      for (let n = 0; n < 300; n += 1) {
        if (await holds()) return;
        lab.pass(2_000);
      }
      throw new Error(`never came: ${what}`);
    },
    arm: (kind, point, detail = {}) => lab.estate.faults.arm({ id: `${kind} ${point}`, kind, point, times: 1, detail }),
    newestPoint: async () => (await bench.ps('Get-VBRRestorePoint')).at(-1),
    mounted: async (parameters = {}) => {
      const RestorePoint = await bench.newestPoint();
      const target = { Server: scenario.hyperV.host, Path: `${staging}\\web-01_replica`, VMName: 'web-01_replica' };
      await bench.ps('Start-VBRHvInstantRecovery', { RestorePoint, ...target, ...parameters });
      await bench.until(
        async () => (await bench.read('Get-VBRInstantRecovery', {}, 'State')) === 'WaitingForUserAction',
        'a mount that waits',
      );
      return lab.vm('hyper-v');
    },
    reopen: async () => {
      await http.close();
      lab.reopen();
      http = await httpBench(handle(lab.estate));
    },
    close: async () => {
      await http.close();
      lab.clear();
    },
  };
  return bench;
};
