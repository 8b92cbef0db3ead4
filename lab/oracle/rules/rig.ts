import { textOf } from '../evidence/json-lines.ts';
import { type Incarnation, lastState, stateAt } from '../run/incarnation.ts';
import type { Run } from '../run/run.ts';
import type { Finding, Rule } from './rule.ts';

/** The evidence itself can be believed: the log is whole, it tells of everything, and the decisions are about this run. */
export const rig: Rule = {
  name: 'rig',
  judge: (run) => [
    ...run.flaws.map(({ seqs, says }) => ({ vm: null, seqs, says })),
    ...strangers(run),
    ...repeatedPower(run),
    ...differentTables(run),
  ],
};

const strangers = (run: Run): readonly Finding[] => {
  const known = new Set(run.stories.map(({ wish }) => wish.uuid));
  const vms = run.incarnations.filter((vm) => !known.has(vm.origin));
  const decided = new Set(run.decisions.map((each) => each.origin).filter((origin) => !known.has(origin)));
  const unmade = run.events.filter(
    ({ kind, fields }) => kind === 'vm.power' && !run.incarnations.some((vm) => vm.id === textOf(fields, 'vm')),
  );
  const sourceless = run.stories.filter(({ source }) => source === null);
  return [
    ...vms.map((vm) => ({ vm: null, seqs: [vm.created.seq], says: `${vm.name} is no VM of the scenario.` })),
    ...[...decided].map((origin) => ({
      vm: null,
      seqs: [],
      says: `Somebody decided about ${origin}, which is no VM of the scenario.`,
    })),
    ...unmade.map(({ seq }) => ({ vm: null, seqs: [seq], says: 'Power changed of a VM nothing in the log made.' })),
    ...sourceless.map(({ wish }) => ({ vm: wish, seqs: [], says: `${wish.name}: the log does not know its source.` })),
  ].map(({ vm, seqs, says }) => ({ vm: vm && { uuid: vm.uuid, name: vm.name }, seqs, says }));
};

/** A VM cannot go on twice, nor off. */
const repeatedPower = (run: Run): readonly Finding[] =>
  run.incarnations.flatMap((vm) =>
    vm.states.flatMap(({ event, isOn }, n) =>
      event.kind === 'vm.power' && vm.states[n - 1]?.isOn === isOn
        ? [{ vm: whose(run, vm), seqs: [event.seq], says: `${vm.name} went ${isOn ? 'on' : 'off'} but was already.` }]
        : [],
    ),
  );

const whose = (run: Run, vm: Incarnation): Finding['vm'] => {
  const wish = run.stories.find((story) => story.wish.uuid === vm.origin)?.wish;
  return wish ? { uuid: wish.uuid, name: wish.name } : null;
};

/** What the lab's tables say of a VM is what the events made of it. */
const differentTables = (run: Run): readonly Finding[] => {
  const { tables } = run;
  if (!tables) return [];
  const found = (vm: Incarnation, says: string): Finding => ({
    vm: whose(run, vm),
    seqs: [lastState(vm)?.event.seq ?? 0],
    says: `${vm.name} on ${vm.platform}: ${says}.`,
  });
  const told = run.incarnations.flatMap((vm) => {
    const row = tables.vms.get(vm.id);
    const state = stateAt(vm, tables.seq);
    if (!state) return [];
    if (state.isGone) return row ? [found(vm, 'removed by the log, but it exists')] : [];
    if (!row) return [found(vm, 'exists by the log, but is gone')];
    const wrong = [];
    if ((row.power === 'off') === state.isOn)
      wrong.push(found(vm, `${state.isOn ? 'on' : 'off'} by the log, but ${row.power}`));
    return wrong;
  });
  const untold = [...tables.vms.values()]
    .filter((row) => !run.incarnations.some((vm) => vm.id === row.id))
    .map((row) => ({ vm: null, seqs: [], says: `The VM ${row.name} exists, but nothing in the log made it.` }));
  return [...told, ...untold];
};
