import type { Finding } from '../../domain/finding.ts';
import type { Plan, VmPlan } from '../../domain/plan.ts';
import { type HopField, hopColumn } from '../roster/columns.ts';
import type { AnyColumn } from '../roster/sheet.ts';
import { inRow, type Said } from './said.ts';

/** What the whole path said of one VM. */
export interface Asked {
  /** As in `plan.vms`. */
  readonly vm: number;
  readonly findings: readonly Finding[];
}

/** The cell that a check is about, once it is known which hop it is about. U §2 */
const FIELDS: Readonly<Record<string, HopField>> = {
  'PF-216': 'name',
  'PF-302': 'memory',
  'PF-303': 'storage',
  'PF-304': 'storage',
  'PF-306': 'nics',
  'PF-309': 'storage',
  'PF-504': 'nics',
  'PF-505': 'nics',
  'PF-506': 'storage',
  'PF-517': 'cpus',
};

const columnOf = ({ id, hop, subject }: Finding, vm: VmPlan | undefined): AnyColumn => {
  const field = FIELDS[id];
  const landing = vm?.landings[(hop ?? 0) - 1];
  if (!field || !landing || hop === undefined) return 'name';
  return hopColumn(hop, subject === landing.storagePath ? 'storage' : field);
};

const sentence = (text: string): string => text.replace(/\.$/, '');

/** What it is about, where neither the row nor the sentence says so. */
const aboutOf = ({ subject, message }: Finding, vm: VmPlan | undefined): string =>
  subject === vm?.name || message.toLowerCase().includes(subject.toLowerCase()) ? '' : `${subject}: `;

const NAMED = 4;

const others = (rows: readonly number[], plan: Pick<Plan, 'vms'>): string => {
  const names = rows.slice(1, NAMED + 1).map((row) => plan.vms[row]?.name ?? '');
  const left = rows.length - 1 - names.length;
  return rows.length < 2 ? '' : `; so for ${names.join(', ')}${left > 0 ? ` and ${left} more` : ''}`;
};

/**
 * Blockers as errors and warnings as warnings, each in its cell; what is said for the information of people is left out. What is
 * said in the same words of several VMs is about the estate: it is told once, in the row of the first.
 */
export const placeFindings = (plan: Pick<Plan, 'vms'>, asked: readonly Asked[]): Said[] => {
  const told = asked.flatMap(({ vm, findings }) =>
    findings.filter(({ severity }) => severity !== 'info').map((finding) => ({ vm, finding })),
  );
  const alike = Map.groupBy(told, ({ vm, finding }) =>
    JSON.stringify([finding.id, finding.severity, aboutOf(finding, plan.vms[vm]), finding.message, finding.hop ?? 0]),
  );
  return [...alike.values()].flatMap((same): Said[] => {
    const [first] = same;
    if (!first) return [];
    const { finding, vm } = first;
    const rows = [...new Set(same.map((each) => each.vm))];
    const planned = plan.vms[vm];
    const column = columnOf(finding, planned);
    const message = `${column === 'name' ? '' : `${column}: `}${aboutOf(finding, planned)}${sentence(finding.message)} (${finding.id})${others(rows, plan)}`;
    return [inRow(vm)(finding.severity === 'block' ? 'error' : 'warning', column, message, finding.fix)];
  });
};
