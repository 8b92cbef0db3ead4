import { journeyOrder } from '../../domain/plan.ts';
import {
  docsExample,
  type Example,
  goodPlan,
  readWritten,
  refusalsOf,
  refusesWhereItStands,
  type WrongInput,
  wrongIn,
} from './plan-example.ts';

let example: Example;
beforeAll(async () => {
  example = await docsExample();
});

const GATES = /gates:\n(?: {2}.*\n)+/;
const yaml = wrongIn('yaml');

/** The gates of the example with one of them written so. */
const gate = (what: string, written: string, says: string, fix: string): WrongInput =>
  yaml(what, GATES, `gates:\n  default: { approvers: [leads, owners] }\n  ${written}\n`, says, fix);

const WRONG: readonly WrongInput[] = [
  gate(
    'a gate that cannot be undone and is automatic',
    'signOff: { approvers: [leads], automatic: ‸true }',
    'What gates.signOff lets through cannot be undone: no plan opens it',
    'only go may be automatic',
  ),
  yaml(
    'a default that is automatic',
    GATES,
    'gates:\n  default: { approvers: [leads], automatic: ‸true }\n',
    'gates.default may not be automatic',
    'only go may be automatic',
  ),
  gate(
    'a gate that is automatic and asks for two people',
    'go: { approvers: [leads, owners], automatic: ‸true, quorum: 2 }',
    'is automatic and asks people for something',
    'Take out automatic',
  ),
  gate('a quorum of nobody', 'cutover: { approvers: [leads], quorum: ‸0 }', 'must be at least 1', '2'),
  gate('a quorum in words', 'cutover: { approvers: [leads], quorum: ‸two }', 'must be a number, not text', '2'),
  gate(
    'a time of nothing',
    'cutover: { approvers: [leads], remind: ‸0s }',
    'gates.cutover.remind is zero',
    'Write a time such as 4h.',
  ),
  gate(
    'a reminder that comes after the expiry',
    'cutover: { approvers: [leads], remind: ‸3d, expire: 2d }',
    'gates.cutover.remind comes when the gate has opened anew already, after expire',
    'shorter than gates.cutover.expire',
  ),
  gate(
    'an escalation that comes after the expiry',
    'go: { approvers: [leads], escalate: { after: ‸2d, to: [chief] }, expire: 1d }',
    'gates.go.escalate.after comes when the gate has opened anew already, after expire',
    'shorter than gates.go.expire',
  ),
  gate(
    'an escalation that comes when the evidence is gathered anew',
    'cutover: { approvers: [leads], escalate: { after: ‸9h, to: [chief] }, maxAge: 8h }',
    'after maxAge',
    'shorter than gates.cutover.maxAge',
  ),
  gate(
    'a reminder that comes after the escalation',
    'cutover: { approvers: [leads], remind: ‸8h, escalate: { after: 4h, to: [chief] } }',
    'reminds nobody before it is escalated',
    'shorter than escalate.after',
  ),
  gate(
    'an escalation to those who decide already',
    'cutover: { approvers: [leads, owners], escalate: { after: 4h, to: ‸[owners] } }',
    'escalated to nobody new',
    'Name others',
  ),
  gate(
    'an escalation to nobody',
    'cutover: { approvers: [leads], escalate: { after: 4h, to: ‸[] } }',
    'may not be empty',
    'migration-leads',
  ),
  gate(
    'an escalation without a time',
    'cutover: { approvers: [leads], ‸escalate: { to: [chief] } }',
    'gates.cutover.escalate.after is missing',
    '8h',
  ),
  gate('one who is named twice', 'cutover: { approvers: [leads, ‸leads] }', 'leads is named twice', 'Keep one'),
  gate(
    'a word that nobody knows',
    'cutover: { approvers: [leads], needs: [‸tickets] }',
    '"tickets" is not known',
    'Did you mean "ticket"?',
  ),
  gate(
    'a scope at a gate that has none',
    'go: { approvers: [leads], ‸scope: batch }',
    '"scope" is not a key of gates.go',
    'Known keys',
  ),
  gate(
    'a scope there is none of',
    'cutover: { approvers: [leads], scope: ‸programme }',
    '"programme" is not known',
    'batch',
  ),
  gate('yes as text', 'cutover: { approvers: [leads], notRequester: ‸"yes" }', 'not text', 'true'),
];

refusesWhereItStands(() => example, WRONG);

test('every rule of a gate reaches the order of a VM, in milliseconds', async () => {
  const rules =
    'cutover: { approvers: [leads, owners], quorum: 2, notRequester: true, needs: [comment, ticket], remind: 4h, ' +
    'escalate: { after: 8h, to: [chief] }, expire: 2d, maxAge: 1d, scope: batch }';
  const go = 'go: { approvers: [leads], automatic: true }';
  const text = example.yaml.replace(GATES, `gates:\n  default: { approvers: [leads] }\n  ${rules}\n  ${go}\n`);
  const plan = goodPlan(await readWritten({ ...example, yaml: text }));
  const [vm] = plan.vms;
  if (!vm) throw new Error('the example has no VM');
  expect(journeyOrder(plan, { ...vm, id: 'id' }).gates).toMatchObject({
    cutover: {
      ...{ approvers: ['leads', 'owners'], irreversible: true, scope: 'batch', quorum: 2, notRequester: true },
      ...{ needs: ['comment', 'ticket'], remindMs: 14_400_000, escalateMs: 28_800_000, escalateTo: ['chief'] },
      ...{ expireMs: 172_800_000, maxAgeMs: 86_400_000 },
    },
    go: { approvers: ['leads'], irreversible: false, automatic: true },
    signOff: { approvers: ['leads'], irreversible: true },
  });
});

test('a quorum above the names on the list is a warning: a group may be among them', async () => {
  const text = example.yaml.replace(GATES, 'gates:\n  default: { approvers: [leads], quorum: 2 }\n');
  const read = await readWritten({ ...example, yaml: text });
  expect(goodPlan(read).gates.go.quorum).toBe(2);
  expect(refusalsOf(read)).toEqual([
    expect.objectContaining({ severity: 'warning', message: 'gates.default asks for 2 people and names 1' }),
  ]);
});

test('a batch that is decided on as a whole has room on staging for all of it', async () => {
  const more = Array.from({ length: 7 }, (_, n) => `,more-${n},wave-01,g${n},team,main,4,8 GB,none,,csv1,none,,,`);
  const text = example.yaml.replace(
    GATES,
    'gates:\n  default: { approvers: [leads] }\n  cutover: { approvers: [leads], scope: batch }\n',
  );
  const read = await readWritten({ yaml: text, csv: `${example.csv}${more.join('\n')}` });
  expect(refusalsOf(read)).toContainEqual(
    expect.objectContaining({ severity: 'error', message: 'Batch wave-01 has 10 VMs, and staging has 8 seats' }),
  );
});

test.each([
  [5, 'With 2 batches in flight, VMs that are decided on together may need 9 seats (5 of wave-01, 4 of wave-09), and'],
  [4, null],
])('two batches in flight whose largest groups have %i and 4 VMs', async (size, says) => {
  const groups = [...Array.from({ length: size }, () => 'wave-01,big'), ...Array(4).fill('wave-09,other')];
  const more = groups.map((group, n) => `,more-${n},${group},team,main,4,8 GB,none,,csv1,none,,,`);
  const text = example.yaml
    .replace(GATES, 'gates:\n  default: { approvers: [leads] }\n  cutover: { approvers: [leads], scope: group }\n')
    .replace(/^batches:\n/m, 'batches:\n  wave-09: {}\n')
    .replace(/^order:[\s\S]*?(?=^\S|$(?![\s\S]))/m, '');
  const read = await readWritten({
    yaml: `${text}\norder: { inFlight: 2 }\n`,
    csv: `${example.csv}${more.join('\n')}`,
  });
  const [warning, ...others] = refusalsOf(read).filter(({ message }) => message.includes('in flight'));
  expect(others).toEqual([]);
  expect(warning?.severity ?? null).toBe(says && 'warning');
  expect(warning?.message ?? '').toContain(says ?? '');
});
