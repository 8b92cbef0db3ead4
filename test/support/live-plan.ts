import { createHash } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Plan, vmsOfBatch } from '../../domain/plan.ts';
import { readPlan } from '../../plan/read-plan.ts';
import { docsExample } from '../unit/plan-example.ts';

/** A plan.yaml over the scripted products, and sheets for it. */

export interface PlannedVm {
  /** Numbers its id. */
  readonly n: number;
  readonly group: string;
  readonly batch?: string;
}

/** The scripted products remember a VM for a whole test file: each programme has VMs of its own. */
const vmIdIn = (programme: string, n: number): string =>
  `${createHash('sha256').update(programme).digest('hex').slice(0, 8)}-0000-4000-8000-${String(n).padStart(12, '0')}`;
export const vmName = (n: number): string => `vm-${String(n).padStart(2, '0')}`;

const HEAD = 'id,name,batch,group,owner,path,hop1.cpus,hop1.memory,hop1.nics,hop2.name,hop2.storage,hop2.nics';

const rowOf = (programme: string, { n, group, batch = 'wave-01' }: PlannedVm): string =>
  `${vmIdIn(programme, n)},${vmName(n)},${batch},${group},team,main,2,4096,0:vSwitch-Stage/vlan=20/keep,,csv1,0:lnet-app/keep`;

const sheetIn = (programme: string, vms: readonly PlannedVm[]): string =>
  [HEAD, ...vms.map((vm) => rowOf(programme, vm)), ''].join('\n');

const QUICK = `policies:
  { poll: 50ms, heartbeat: 2s, noProgress: 5s, grace: 2s, boot: 5s, steady: 1s, rollback: 1m, hold: 200ms,
    reconcile: 500ms, seats: { staging: 14 } }
trustNamespace: true
`;

/** The example of docs/plan.md with the instances that the scripted products serve, times for a test and these batches. */
const yamlOf = async (programme: string, batches: Readonly<Record<string, string>>): Promise<string> => {
  const { yaml } = await docsExample();
  const of = (text: string, from: string, to: string): string =>
    text.replaceAll(new RegExp(`(@|^    |source: |target: )${from}\\b`, 'gm'), `$1${to}`);
  const named = [
    ['ntnx-a', 'a'],
    ['vbr01', 'v'],
    ['stage01', 's'],
    ['contoso', 'm'],
    ['azl01', 'l'],
  ].reduce((text, [from = '', to = '']) => of(text, from, to), yaml.replace('contoso-2030', programme));
  const gates = `gates:\n  default: { approvers: [ops] }\n  cutover: { approvers: [ops], scope: group }\n`;
  const list = Object.entries(batches).map(([name, text]) => `  ${name}: ${text}`);
  return `${named
    .replace(/^policies:[\s\S]*?(?=^paths:)/m, QUICK)
    .replace(/^gates:[\s\S]*/m, gates)}batches:\n${list.join('\n')}\n`;
};

export interface LivePlan {
  readonly dir: string;
  readonly planPath: string;
  readonly plan: Plan;
  readonly file: (name: string) => string;
  readonly vmId: (n: number) => string;
  readonly sheet: (vms: readonly PlannedVm[]) => string;
  readonly rewrite: (batches: Readonly<Record<string, string>>) => Promise<void>;
}

/** Writes both files and reads them as `start` does. */
export const livePlan = async (
  programme: string,
  vms: readonly PlannedVm[],
  batches: Readonly<Record<string, string>> = { 'wave-01': '{ groups: [] }' },
): Promise<LivePlan> => {
  const dir = mkdtempSync(join(tmpdir(), 'tranship-live-'));
  const file = (name: string): string => join(dir, name);
  const rewrite = async (now: Readonly<Record<string, string>>): Promise<void> =>
    writeFileSync(file('plan.yaml'), await yamlOf(programme, now));
  await rewrite(batches);
  const vmId = (n: number): string => vmIdIn(programme, n);
  const sheet = (rows: readonly PlannedVm[]): string => sheetIn(programme, rows);
  writeFileSync(file('vms.csv'), sheet(vms));
  const read = await readPlan({ planPath: file('plan.yaml'), csvPath: file('vms.csv'), now: Date.now() });
  if ('refusals' in read) throw new Error(JSON.stringify(read.refusals, null, 2));
  if (vmsOfBatch(read.plan, 'wave-01').length === 0) throw new Error('nobody is in wave-01');
  return { dir, planPath: file('plan.yaml'), plan: read.plan, file, vmId, sheet, rewrite };
};
