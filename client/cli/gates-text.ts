import { ballotLines } from '../../domain/ballot-text.ts';
import type { Evidence } from '../../domain/gate.ts';
import { type GroupGate, WHOLE } from '../../domain/group-gate.ts';
import type { MigrationView } from '../../workflows/messages.ts';
import { evidenceText, gateText } from './vm-text.ts';

/** What every one of them shows alike, taken out of each. */
const sharedBy = (views: readonly MigrationView[]): Evidence => {
  const [first, ...others] = views.map(({ gate }) => gate?.evidence ?? {});
  if (!first || others.length === 0) return {};
  const alike = (key: string, value: unknown): boolean =>
    others.every((evidence) => JSON.stringify(evidence[key]) === JSON.stringify(value));
  return Object.fromEntries(Object.entries(first).filter(([key, value]) => alike(key, value)));
};

const without = (view: MigrationView, shared: Evidence): Pick<MigrationView, 'gate'> => ({
  gate: view.gate && {
    ...view.gate,
    evidence: Object.fromEntries(Object.entries(view.gate.evidence).filter(([key]) => !(key in shared))),
  },
});

/** Each VM with what its own gate shows, and once what all of them show. */
export const gatesText = (views: readonly MigrationView[]): readonly string[] => {
  const shared = sharedBy(views);
  return [
    ...views.flatMap((view) => [`${view.vm.name} (${view.vm.id})`, ...gateText(without(view, shared))]),
    ...(Object.keys(shared).length > 0 ? ['all of them', ...evidenceText(shared)] : []),
  ];
};

/** As people call what is decided on together. */
export const calledAs = (group: string): string => (group === WHOLE ? 'the whole batch' : group);

/** What a group's gate is opened for. */
export const groupText = (gate: GroupGate, views: readonly MigrationView[]): string =>
  [
    `${calledAs(gate.group)}, hop ${gate.hop}, seen as ${gate.fingerprint}: ${gate.waiting.map(({ vm }) => vm.name).join(', ')}`,
    ...ballotLines(gate).map((line) => `  ${line}`),
    ...(gate.missing.length > 0 ? [`  not yet at the gate: ${gate.missing.map(({ name }) => name).join(', ')}`] : []),
    ...(gate.after.length > 0 ? [`  begins after: ${gate.after.map(({ name }) => name).join(', ')}`] : []),
    ...gatesText(views),
  ].join('\n');
