import { GATES, type GateName, type GatePolicy, type Gates, IRREVERSIBLE } from '../../domain/gate-policy.ts';
import type { WrittenPlan } from '../schema.ts';
import type { PlanFile } from './plan-file.ts';

type Written = WrittenPlan['gates'];
type Key = keyof Written;
type Rules = NonNullable<Written[Key]>;

/** Whether whoever a rule names is one of the approvers already: then it brings nobody new. */
const bringsNobody = ({ approvers, escalate }: Rules): boolean =>
  escalate?.to.every((name) => approvers.includes(name)) === true;

/** Times in the order in which they must come, those that are written. */
const checkTimes = (file: PlanFile, key: Key, { remind, escalate, expire, maxAge }: Rules): void => {
  const end = expire === undefined ? null : { at: expire, name: 'expire' };
  const age = maxAge === undefined ? null : { at: maxAge, name: 'maxAge' };
  const times = [
    { at: remind, path: ['remind'], name: 'remind' },
    { at: escalate?.after, path: ['escalate', 'after'], name: 'escalate.after' },
    { at: expire, path: ['expire'], name: 'expire' },
    { at: maxAge, path: ['maxAge'], name: 'maxAge' },
  ];
  for (const { at, path, name } of times)
    if (at === 0) file.no(['gates', key, ...path], `gates.${key}.${name} is zero`, 'Write a time such as 4h.');
  for (const last of [end, age])
    for (const { at, path, name } of times.slice(0, 2))
      if (last !== null && at !== undefined && at >= last.at && last.at > 0)
        file.no(
          ['gates', key, ...path],
          `gates.${key}.${name} comes when the gate has opened anew already, after ${last.name}`,
          `Make it shorter than gates.${key}.${last.name}.`,
        );
  if (remind !== undefined && escalate !== undefined && remind >= escalate.after && escalate.after > 0)
    file.no(
      ['gates', key, 'remind'],
      `gates.${key} reminds nobody before it is escalated`,
      'Make remind shorter than escalate.after.',
    );
};

const checkGate = (file: PlanFile, key: Key, rules: Rules): void => {
  checkTimes(file, key, rules);
  const { approvers, quorum = 1, automatic, escalate } = rules;
  if (automatic && (key === 'default' || IRREVERSIBLE[key]))
    file.no(
      ['gates', key, 'automatic'],
      key === 'default'
        ? 'gates.default may not be automatic: most gates it stands for cannot be undone'
        : `What gates.${key} lets through cannot be undone: no plan opens it`,
      'Take it out; of all gates only go may be automatic.',
    );
  if (automatic && (quorum > 1 || rules.needs?.length || rules.notRequester))
    file.no(
      ['gates', key, 'automatic'],
      `gates.${key} is automatic and asks people for something`,
      'Take out automatic, or quorum, needs and notRequester.',
    );
  for (const [index, name] of approvers.entries())
    if (approvers.indexOf(name) !== index)
      file.no(['gates', key, 'approvers', index], `${name} is named twice`, 'Keep one of the two.');
  if (bringsNobody(rules))
    file.no(
      ['gates', key, 'escalate', 'to'],
      `gates.${key} is escalated to nobody new: ${escalate?.to.join(', ')} may open it already`,
      'Name others, or take escalate out.',
    );
  if (quorum > approvers.length)
    file.warn(
      ['gates', key, 'quorum'],
      `gates.${key} asks for ${quorum} people and names ${approvers.length}`,
      'That is right where a group is among them; else name more, or ask for fewer.',
    );
};

/** Every gate with its approvers and what it asks of them; one without any was refused. */
export const readGates = (file: PlanFile, written: Written): Gates => {
  for (const key of ['default', ...GATES] as const) {
    const rules = written[key];
    if (rules) checkGate(file, key, rules);
  }
  const rulesOf = (gate: GateName): Rules | undefined => written[gate] ?? written.default;
  const unattended = GATES.filter((gate) => rulesOf(gate) === undefined);
  if (unattended.length > 0) {
    file.no(
      ['gates'],
      `Nobody may open ${unattended.join(', ')}`,
      'Add default: { approvers: […] }, or name those gates.',
    );
  }
  const policy = (gate: GateName): GatePolicy => {
    const {
      approvers = [],
      quorum,
      notRequester,
      needs,
      remind,
      escalate,
      expire,
      maxAge,
      automatic,
    } = rulesOf(gate) ?? {};
    return {
      approvers,
      irreversible: IRREVERSIBLE[gate],
      ...(quorum === undefined ? {} : { quorum }),
      ...(notRequester === undefined ? {} : { notRequester }),
      ...(needs === undefined ? {} : { needs }),
      ...(remind === undefined ? {} : { remindMs: remind }),
      ...(escalate === undefined ? {} : { escalateMs: escalate.after, escalateTo: escalate.to }),
      ...(expire === undefined ? {} : { expireMs: expire }),
      ...(maxAge === undefined ? {} : { maxAgeMs: maxAge }),
      ...(automatic === undefined ? {} : { automatic }),
    };
  };
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
