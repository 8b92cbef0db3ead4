import { noteDecision } from '../../tools/estate/operator.ts';
import type { Crew, Operators } from './operators.ts';

/** A person decides, with the commands or in the Temporal UI; the demo says what waits, and notes for the oracle what was decided. */
export const people = ({ trial, say }: Crew): Operators => {
  const told = new Set<string>();
  let parks = 0;

  const once = (what: string, tell: () => void): void => {
    if (told.has(what)) return;
    told.add(what);
    tell();
  };

  return {
    parks: () => parks,
    attendGroups: async (_batch, { gates, name }) => {
      for (const { group, hop, fingerprint, missing, waiting } of gates)
        if (missing.length === 0)
          once(`${group} ${hop} ${fingerprint}`, () => {
            say(`? ${name}/${group}: ${waiting.length} VMs wait for cutover, hop ${hop}`);
            say(`    tranship approve --batch ${name} --group ${group} --by operator --seen ${fingerprint}`);
          });
    },
    attend: async ({ label, handle }, view) => {
      for (const { gate, hop, decision, by, at, channel } of view.decisions)
        once(`${handle.workflowId} decided ${gate} ${hop} ${at}`, () => {
          const exposedAt = view.hops.find(({ n }) => n === hop)?.exposedAt ?? null;
          noteDecision(trial.labState, {
            at: new Date(at).toISOString(),
            vm: view.vm.id,
            hop,
            gate,
            decision,
            by,
            ...(gate === 'rollBack' && exposedAt !== null ? { lossFrom: new Date(exposedAt).toISOString() } : {}),
          });
          say(`✓ ${label}: ${by} ${decision}d ${gate}, hop ${hop} (${channel})`);
        });
      const { gate, parked, legal } = view;
      if (gate && gate.name !== 'cutover')
        once(`${handle.workflowId} ${gate.name} ${gate.openedAt}`, () => {
          say(`? ${label} waits for ${gate.name}, hop ${gate.hop}`);
          say(`    tranship approve ${view.vm.id} --by operator --seen ${gate.fingerprint}`);
        });
      if (parked)
        once(`${handle.workflowId} parked ${parked.since}`, () => {
          parks += 1;
          say(`✗ ${label}: ${parked.step}, hop ${parked.hop}: ${parked.mishap.message}`);
          say(`    ${parked.mishap.fix} You can: ${legal.join(', ')}`);
        });
    },
  };
};
