import { isIdentified, journeyOrder } from '../../domain/plan.ts';
import { checkQueues, queuesOfPlan } from '../../plan/live/queues.ts';
import {
  docsExample,
  docsExampleWith,
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
  example = await docsExampleWith('docs/hooks.md');
});

const yaml = wrongIn('yaml');

const WRONG_HOOKS: readonly WrongInput[] = [
  yaml(
    'an unknown point',
    'at: before cutOver',
    'at: ‸before cutover',
    '"cutover" is no point',
    'Did you mean "cutOver"?',
  ),
  yaml('no moment', 'at: before cutOver', 'at: ‸during cutOver', 'is no moment', 'before or after'),
  yaml('a point that never comes', 'at: before cutOver', 'at: ‸before rehearse', 'would never run', 'another point'),
  yaml(
    'an unknown instance',
    'on: hooks@lb\n',
    'on: ‸hooks@lbb\n',
    'has no instance "lbb"',
    'Did you mean "hooks@lb"?',
  ),
  yaml('a queue of another kind', 'on: hooks@lb\n', 'on: ‸veeam@vbr01\n', 'runs no such hook', 'hooks@lb'),
  yaml(
    'an unknown cmdlet',
    'cmdlet: Get-VM ',
    'cmdlet: ‸Get-VMs ',
    'not in the catalogue of hyper-v',
    'Did you mean "Get-VM"?',
  ),
  yaml('a cmdlet that removes', 'cmdlet: Get-VM ', 'cmdlet: ‸Remove-VM ', 'stops or removes', 'a gate of its own'),
  yaml('a cmdlet that stops', 'cmdlet: Get-VM ', 'cmdlet: ‸Stop-VM ', 'stops or removes', 'a gate of its own'),
  yaml(
    'an unknown parameter',
    'cmdlet: Get-VM ',
    'cmdlet: Get-VM, parameters: { Ids: ‸x } ',
    'not catalogued with -Ids',
    'Did you mean "Id"?',
  ),
  yaml(
    'objects of no earlier call',
    'cmdlet: Get-VM ',
    'cmdlet: Get-VM, parameters: { Id: { ref: ‸vm } } ',
    '"vm" is no earlier call',
    'add one',
  ),
  yaml(
    'a zone that is not the server’s',
    'zone: 20.0.10',
    'zone: ‸21.0.10',
    'may not change the zone',
    '20.0.10.in-addr.arpa',
  ),
  yaml('an unknown value', "name: '{vm.name}'", "name: ‸'{vm.nam}'", '{vm.nam} is no value', 'Did you mean "vm.name"?'),
  yaml('a value beside text', "hop: '{hop}'", "hop: ‸'hop {hop}'", 'stands for a whole value', 'stand alone'),
  yaml(
    'a value that is part of a segment',
    'path: /pools/{group}/members/{vm.name}\n',
    'path: ‸/pools/{group}/members/x-{vm.name}\n',
    'whole segment',
    'stand alone',
  ),
  yaml(
    'a path that climbs',
    'path: /pools/{group}/members/{vm.name}\n',
    'path: ‸/pools/../admin\n',
    'climbs',
    '/pools/',
  ),
  yaml(
    'a path of another host',
    'path: /pools/{group}/members/{vm.name}\n',
    'path: ‸https://evil.example/\n',
    'does not begin with /',
    '/pools/',
  ),
  yaml(
    'a value of one VM for a group',
    "text: 'Silence all of {group}",
    "text: ‸'Silence all of {vm.name}",
    'runs once for many',
    'scope: vm',
  ),
  yaml(
    'an address that is none',
    "data: '{landing.address}'",
    'data: ‸10.0.0.256',
    'nothing that a record of type A holds',
    'address',
  ),
  yaml(
    'a time to live of a later hook',
    'ttlOf: lower-ttl',
    'ttlOf: ‸lower-tll',
    'no earlier hook',
    'Did you mean "lower-ttl"?',
  ),
  yaml('a name twice', 'name: drain', 'name: ‸silence', 'already', 'a name of its own'),
  yaml('an unknown batch', 'only: { groups: [web] }', 'only: { batches: [‸wave-1] }', 'no batch "wave-1"', 'wave-01'),
  yaml(
    'an unknown group',
    'only: { groups: [web] }',
    'only: { groups: [‸wbe] }',
    'no group "wbe"',
    'Did you mean "web"?',
  ),
  yaml('an unknown VM', 'vms: [web-01]', 'vms: [‸web-0]', 'no VM "web-0"', 'web-01'),
  yaml('a hop that no path has', 'hop: 2\n    dns', 'hop: ‸3\n    dns', 'No path has a hop 3', 'The longest has 2'),
  yaml('a secret in clear', 'env:LB_SIGNING_KEY', '‸hunter2', 'is not a reference to a secret', 'change it'),
  yaml('an endpoint in clear', 'https://lb.', '‸http://lb.', 'is http, not https', 'https://lb.contoso.example'),
  yaml('a status that is none', 'expect: [200, 204]', 'expect: [‸20, 204]', 'must be at least 100', ''),
];

test('the examples of docs/hooks.md are read', async () => {
  const read = await readWritten(example);
  const { hooks = [], estate } = goodPlan(read);
  expect(hooks.map(({ name }) => name)).toEqual([
    ...['lower-ttl', 'silence', 'drain', 'point', 'pointer', 'staged-is-there', 'restore-ttl'],
  ]);
  expect(hooks[2]).toMatchObject({ when: 'before', point: 'cutOver', timeoutMs: 120_000, undo: { kind: 'http' } });
  expect(hooks[1]).toMatchObject({ timeoutMs: null, mustSucceed: false, body: { dueMs: 1_800_000 } });
  expect(estate.dns?.dc01?.zones).toContain('contoso.example');
});

test('each VM is started with the hooks that are for it, and with nothing of where they go', async () => {
  const plan = goodPlan(await readWritten(example));
  const hooksOf = (name: string) => {
    const vm = plan.vms.find((each) => each.name === name);
    if (!vm) throw new Error(`no ${name}`);
    const identified = { ...vm, id: vm.id ?? 'x' };
    return isIdentified(identified) ? journeyOrder(plan, identified) : undefined;
  };
  const names = (name: string) => hooksOf(name)?.hooks?.map((hook) => hook.name);
  const outside = plan.vms.find(({ group }) => group !== 'web')?.name ?? '';
  expect(names('web-01')).toContain('drain');
  expect(names(outside)).not.toContain('drain');
  expect(names(outside)).not.toContain('pointer');
  expect(JSON.stringify(hooksOf('web-01'))).not.toMatch(/https:\/\/lb|env:LB|dc01\.contoso/);
});

test('a plan without hooks starts its VMs as before', async () => {
  const plan = goodPlan(await readWritten(await docsExample()));
  const [vm] = plan.vms;
  if (!vm) throw new Error('no VM');
  expect(journeyOrder(plan, { ...vm, id: 'x' })).not.toHaveProperty('hooks');
});

test('plan check names the hook whose queue nobody serves', async () => {
  const plan = goodPlan(await readWritten(example));
  expect([...queuesOfPlan(plan).keys()]).toEqual(expect.arrayContaining(['hooks@lb', 'dns@dc01', 'hyper-v@stage01']));
  const said = checkQueues(plan, ['hooks@lb']);
  expect(said).toMatchObject([{ at: { plan: ['hooks', 2, 'http', 'on'] }, message: 'No agent serves hooks@lb' }]);
});

refusesWhereItStands(() => example, WRONG_HOOKS);

const broken = async (hook: string): Promise<readonly string[]> => {
  const written = { ...example, yaml: `${example.yaml}\n  - ${hook}\n` };
  return refusalsOf(await readWritten(written)).map(({ message }) => message);
};

test.each([
  ['{ name: x, at: before go }', 'The hook does nothing'],
  [
    '{ name: x, at: before go, person: { text: t, role: r }, http: { on: hooks@lb, method: POST, path: /x } }',
    'http and person at once',
  ],
  ['{ name: x, at: before go, http: { on: hooks@lb, method: GET, path: /x, body: {} } }', 'A GET carries no body'],
  [
    '{ name: x, at: before go, scope: batch, person: { text: t, role: r }, undo: { person: { text: t, role: r } } }',
    'does not go back as a whole',
  ],
  [
    '{ name: x, at: before rollBack, person: { text: t, role: r }, undo: { person: { text: t, role: r } } }',
    'not taken back',
  ],
  ['{ name: x, at: after hold, person: { text: t, role: r }, undo: { person: { text: t, role: r } } }', 'no way back'],
  ['{ name: x, at: after hold, hop: 2, person: { text: t, role: r } }', 'comes once'],
  ['{ name: x, at: before go, hop: 2, person: { text: t, role: r } }', 'ends with signOff'],
  ['{ name: x, at: before go, dns: { on: dns@dc01, zone: contoso.example, name: a, type: A } }', 'changes nothing'],
  [
    '{ name: x, at: before go, dns: { on: dns@dc01, zone: contoso.example, name: a, type: A, absent: true, ttl: 5m } }',
    'no data and no time to live',
  ],
  [
    '{ name: x, at: before go, dns: { on: dns@dc01, zone: contoso.example, name: a, type: A, ttl: 5m, ttlOf: lower-ttl } }',
    'Two times to live',
  ],
  [
    '{ name: x, at: before go, dns: { on: dns@dc01, zone: contoso.example, name: "a b", type: A, ttl: 5m } }',
    'is no name in the zone',
  ],
  [
    '{ name: x, at: before go, dns: { on: dns@dc01, zone: contoso.example, name: a, type: A, ttl: 500ms } }',
    'counts in seconds',
  ],
  [
    '{ name: x, at: before go, cmdlets: { on: guest@stage01, calls: [{ id: a, cmdlet: Get-VM }] } }',
    'runs no such hook',
  ],
  [
    '{ name: x, at: before go, cmdlets: { on: hyper-v@stage01, calls: [{ id: a, cmdlet: Get-VM }, { id: a, cmdlet: Get-VM }] } }',
    'used twice',
  ],
] as const)('%s is refused', async (hook, says) => {
  expect(await broken(hook)).toContainEqual(expect.stringContaining(says));
});
