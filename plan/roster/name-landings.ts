import { queueOf } from '../../domain/address.ts';
import type { PathHop, VmPlan } from '../../domain/plan.ts';
import { hopColumn } from './columns.ts';
import { stagedName, stagedNameWithId, wrongName } from './landing-names.ts';
import type { Draft } from './read-vms.ts';

/** Landing names by target and name in lower case → the line that has it. */
type Taken = Map<string, number>;

const keyOf = (hop: PathHop, name: string): string => `${queueOf(hop.to)}/${name.toLowerCase()}`;

const claim = (taken: Taken, draft: Draft, hop: PathHop, index: number, name: string): void => {
  const { row } = draft;
  const column = hopColumn(index + 1, 'name');
  const written = row.text(column) === '' ? 'name' : column;
  const reason = wrongName(name, hop.to.product, column);
  if (reason) {
    row.no(written, reason.wrong, reason.fix);
    return;
  }
  const holder = taken.get(keyOf(hop, name));
  if (holder !== undefined) {
    row.no(
      written,
      `On ${queueOf(hop.to)} the name "${name}" is already given in line ${holder}`,
      `Give another name in ${column}.`,
    );
    return;
  }
  taken.set(keyOf(hop, name), row.line);
};

const defaultName = (taken: Taken, { row, vm, hops }: Draft, hop: PathHop, index: number): string => {
  if (row.text('name') === '') return '';
  if (index + 1 === hops?.length) return vm.name;
  const plain = stagedName(vm.name);
  return taken.has(keyOf(hop, plain)) ? stagedNameWithId(vm.name, vm.id) : plain;
};

/** Gives every landing its name: what the row says, else `<name>_replica` on staging and the original name at the end. Unique on each target, in whatever case. */
export const nameLandings = (drafts: readonly Draft[]): readonly VmPlan[] => {
  const taken: Taken = new Map();
  const eachLanding = (draft: Draft, act: (hop: PathHop, index: number) => void): void =>
    draft.hops?.forEach((hop, index) => {
      if (hop) act(hop, index);
    });

  for (const draft of drafts) {
    eachLanding(draft, (hop, index) => {
      const name = draft.vm.landings[index]?.name ?? '';
      if (name !== '') claim(taken, draft, hop, index, name);
    });
  }
  return drafts.map((draft) => {
    const names = draft.vm.landings.map(({ name }) => name);
    eachLanding(draft, (hop, index) => {
      if (names[index] !== '') return;
      const name = defaultName(taken, draft, hop, index);
      const column = hopColumn(index + 1, 'name');
      if (name === '') {
        draft.row.no(
          column,
          `${column} is empty, and the row has no name to make one from`,
          'Give the name, or the display name in the column name.',
        );
        return;
      }
      names[index] = name;
      claim(taken, draft, hop, index, name);
    });
    return {
      ...draft.vm,
      landings: draft.vm.landings.map((landing, index) => ({ ...landing, name: names[index] ?? '' })),
    };
  });
};
