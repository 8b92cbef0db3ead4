import { mishap } from '../../activities/contracts/mishap.ts';
import type { InventoryOrder, InventoryPage, PlatformPreflight } from '../../activities/contracts/platform.ts';
import type { PreflightReport } from '../../activities/contracts/reports.ts';
import { demandOrchestrator, readInventory } from '../../client/inventory.ts';
import { checkLive, type LiveAnswer } from '../../client/plan-check.ts';
import type { Reached } from '../../client/temporal.ts';
import type { Finding } from '../../domain/finding.ts';
import type { ListedVm } from '../../domain/vm.ts';
import type { Served } from '../../workers/agent.ts';
import { listedVm } from '../support/listed-vm.ts';
import { scriptedRun } from '../support/scripted-run.ts';
import { docsExample, type Example, readWritten } from '../unit/plan-example.ts';

const SOURCE = { product: 'ahv', instance: 'ntnx-a', contract: 1 } as const;

/** What the scripted estate holds and says, set by each test. */
let pages: InventoryPage[] = [];
let asked: string[] = [];
let target: (order: PlatformPreflight) => readonly Finding[] = () => [];
let mover: () => void = () => undefined;

const report = (findings: readonly Finding[]): PreflightReport => ({
  productVersion: '1',
  agentVersion: '1',
  findings,
  capabilities: {
    from: ['ahv', 'hyper-v'],
    to: ['hyper-v', 'azure-local'],
    cutover: 'restore',
    undoableUntil: 'connected',
    rehearsal: false,
    cancellable: false,
    fixesAtProtect: [],
    preservesIp: false,
    agent: false,
  } as never,
});

const found = (id: string): ListedVm | undefined => pages.flatMap(({ vms }) => vms).find(({ ref }) => ref.id === id);

const platform = (product: string) => ({
  preflight: async (order: PlatformPreflight): Promise<PreflightReport> => {
    asked.push(`${product} ${order.role} ${order.vm?.name ?? order.landing?.name}`);
    const description = found(order.vm?.id ?? '');
    return order.role === 'target' ? report(target(order)) : { ...report([]), ...(description ? { description } : {}) };
  },
});

const carrying = {
  preflight: async (): Promise<PreflightReport> => {
    mover();
    return report([]);
  },
};

const run = scriptedRun({
  'ahv@ntnx-a': {
    ...platform('ahv'),
    inventory: async ({ cursor }: InventoryOrder): Promise<InventoryPage> => {
      asked.push(`page ${cursor ?? 'first'}`);
      const page = pages[Number(cursor ?? 0)];
      if (!page) throw mishap.configuration('There is no such page.');
      return page;
    },
  },
  'hyper-v@stage01': platform('hyper-v'),
  'azure-local@azl01': platform('azure-local'),
  'veeam@vbr01': carrying,
  'azure-migrate@contoso': carrying,
  'guest@ntnx-a': carrying,
  'guest@stage01': carrying,
} as unknown as Record<string, Served>);

let example: Example;
beforeAll(async () => {
  example = await docsExample();
});
beforeEach(() => {
  pages = [];
  asked = [];
  target = () => [];
  mover = () => undefined;
});

const reached = (): Reached =>
  ({ client: run.env.client, connection: run.env.connection, namespace: 'test' }) as unknown as Reached;

/** The estate of the example, with the ids of its sheet. */
const rowsOf = (csv: string): readonly ListedVm[] =>
  csv
    .trim()
    .split('\n')
    .slice(1)
    .map((line): ListedVm => {
      const [id = '', name = ''] = line.split(',');
      const { nics, disks } = listedVm(name);
      const unplugged = nics.map((nic) => ({ ...nic, connected: false }));
      return listedVm(name, { ref: { id, name }, nics: [...nics, ...unplugged], disks: [...disks, ...disks] });
    });

const check = async (change: Partial<Example> = {}, batch?: string): Promise<LiveAnswer> => {
  const written = { ...example, ...change };
  pages = pages.length > 0 ? pages : [{ vms: rowsOf(example.csv), next: null, total: 3 }];
  const read = await readWritten(written);
  if (!('plan' in read)) throw new Error(JSON.stringify(read.refusals));
  return checkLive(reached(), { plan: read.plan, places: read.places, ...(batch ? { batch } : {}) });
};

const told = ({ refusals }: LiveAnswer) =>
  refusals.map(({ line, severity, message }) => `${line} ${severity} ${message}`);

test('a plan that fits its estate is told nothing, and every VM had its whole path asked', async () => {
  const answer = await check();
  expect(told(answer)).toEqual([]);
  expect(answer).toMatchObject({ vms: 3, sources: ['ahv@ntnx-a'] });
  expect(asked.filter((call) => call.startsWith('azure-local target'))).toHaveLength(3);
});

test('what a target finds stands in the cell of the VM it is about', async () => {
  target = ({ landing, to }) =>
    to.product === 'hyper-v' && landing?.name === 'web-01_replica'
      ? [{ id: 'PF-306', severity: 'block', subject: 'stage01', message: 'There is no switch.', fix: 'Create it.' }]
      : [];
  const answer = await check();
  const column = (example.csv.split('\n')[2] ?? '').indexOf('0:vSwitch-Stage') + 1;
  expect(answer.refusals).toEqual([
    expect.objectContaining({
      line: 3,
      column,
      severity: 'error',
      message: 'hop1.nics: stage01: There is no switch (PF-306)',
      fix: 'Create it.',
    }),
  ]);
});

test('a mover that cannot be asked is an error of the row, with what to do', async () => {
  mover = () => {
    throw mishap.configuration('The log-in was refused.', { fix: 'Correct the password.' });
  };
  const { refusals } = await check();
  expect(refusals).toEqual([
    expect.objectContaining({
      severity: 'error',
      message: expect.stringContaining('The log-in was refused'),
      fix: 'Correct the password.',
    }),
  ]);
});

test('a queue without an agent is told with its place, and its VMs are not asked further', async () => {
  const answer = await check({ yaml: example.yaml.replaceAll('stage01', 'stage02') });
  expect(told(answer)).toEqual([
    expect.stringMatching(/error No agent serves hyper-v@stage02$/),
    expect.stringMatching(/error No agent serves guest@stage02$/),
  ]);
  expect(answer.vms).toBe(0);
  expect(asked).toEqual(['page first']);
});

test('rows without ids are found by their names, and the ids are handed over by line', async () => {
  const csv = example.csv.replace('0b6a1f38-92d4-4c0e-8e55-6f1c7d2a9b10', '');
  const answer = await check({ csv });
  expect(answer.unwritten).toEqual([expect.objectContaining({ line: 3, column: 1, severity: 'warning' })]);
  expect([...answer.ids]).toEqual([[3, { id: '0b6a1f38-92d4-4c0e-8e55-6f1c7d2a9b10', name: 'web-01' }]]);
  expect(answer.vms).toBe(3);
});

test('a source that gives no list is told at its instance', async () => {
  pages = [{ vms: [], next: '7', total: null }];
  const { refusals } = await check();
  expect(refusals).toEqual([
    expect.objectContaining({ line: 6, severity: 'error', message: expect.stringContaining('no such page') }),
  ]);
});

test('pages that do not fit each other are read again, and what is still missing is said', async () => {
  const [a, b] = [listedVm('vm-10'), listedVm('vm-9')];
  pages = [
    { vms: [a], next: '1', total: 3 },
    { vms: [a, b], next: null, total: 3 },
  ];
  const read = await readInventory(run.env.client, SOURCE);
  expect(read).toEqual({ vms: [b, a], whole: false });
  expect(asked.filter((call) => call === 'page first')).toHaveLength(3);

  pages = [{ vms: [a, b], next: null, total: 2 }];
  expect(await readInventory(run.env.client, SOURCE)).toEqual({ vms: [b, a], whole: true });
});

test('without an orchestrator nothing is asked, and the command that starts one is named', async () => {
  const connection = { workflowService: { describeTaskQueue: async () => ({ pollers: [] }) } };
  await expect(demandOrchestrator({ connection, namespace: 'test' } as never)).rejects.toThrow(
    'tranship worker orchestrator',
  );
});
