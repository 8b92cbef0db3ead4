import { GATES, type GateName, type Gates, IRREVERSIBLE } from '../../domain/plan.ts';
import type { WrittenPlan } from '../schema.ts';
import type { PlanFile } from './plan-file.ts';

/** Every gate with its approvers; one without any was refused. */
export const readGates = (file: PlanFile, written: WrittenPlan['gates']): Gates => {
  const approversOf = (gate: GateName): readonly string[] => (written[gate] ?? written.default)?.approvers ?? [];
  const unattended = GATES.filter((gate) => approversOf(gate).length === 0);
  if (unattended.length > 0) {
    file.no(
      ['gates'],
      `Nobody may open ${unattended.join(', ')}`,
      'Add default: { approvers: […] }, or name those gates.',
    );
  }
  const policy = (gate: GateName) => ({ approvers: approversOf(gate), irreversible: IRREVERSIBLE[gate] });
  return {
    cutover: { ...policy('cutover'), scope: written.cutover?.scope ?? 'group' },
    forceOff: policy('forceOff'),
    go: policy('go'),
    signOff: policy('signOff'),
    rollBack: policy('rollBack'),
    discardStaged: policy('discardStaged'),
    forceRemove: policy('forceRemove'),
    decommission: policy('decommission'),
  };
};
