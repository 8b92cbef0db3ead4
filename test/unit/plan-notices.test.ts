import {
  docsExample,
  docsExampleWith,
  type Example,
  goodPlan,
  readWritten,
  refusesWhereItStands,
  type WrongInput,
  wrongIn,
} from './plan-example.ts';

let example: Example;
beforeAll(async () => {
  example = await docsExampleWith('docs/notices.md');
});

const yaml = wrongIn('yaml');

const WRONG: readonly WrongInput[] = [
  yaml(
    'an address in clear',
    'url: env:TEAMS_WORKFLOW_URL',
    'url: ‸https://teams.example/x',
    'not a reference',
    'env:',
  ),
  yaml('an unknown kind', 'kind: teams', 'kind: ‸team', '"team" is not known', 'Did you mean "teams"?'),
  yaml('an unknown kind of notice', '[parked, stalled', '[‸praked, stalled', '"praked" is not known', '"parked"?'),
  yaml(
    'a name that nobody bears',
    'for: [migration-leads]',
    'for: [‸migration-lead]',
    'owns no VM',
    '"migration-leads"?',
  ),
  yaml('a name twice', 'name: night-shift', 'name: ‸leads', 'already', 'a name of its own'),
  yaml(
    'a receiver without address',
    '- name: leads\n    kind: teams\n    url: env:TEAMS_WORKFLOW_URL',
    '- ‸name: leads\n    kind: teams',
    'needs its url',
    'env:NAME',
  ),
  yaml(
    'a signature for Slack',
    'batch: 30s',
    'signature: ‸{ header: X-S, key: env:K }',
    'has no signature',
    'Take it out',
  ),
  yaml('mail without a port', 'mail.contoso.example:587', '‸mail.contoso.example', 'not of the form host:port', ''),
  yaml(
    'an address that is none',
    'to: [migration@contoso.example]',
    'to: [‸migration.contoso.example]',
    'not a mail address',
    '',
  ),
  yaml('mail in the clear', 'from: tranship@', 'security: ‸none\n    from: tranship@', '"none" is not known', 'tls'),
  yaml('a password in clear', 'password: env:SMTP_PASSWORD', 'password: ‸hunter2', 'not a reference', 'change it'),
  yaml(
    'an unknown zone',
    'zone: Europe/Vienna }\n  - name: tickets',
    'zone: ‸Europe/Wien }\n  - name: tickets',
    'not a time zone',
    '',
  ),
  yaml('an hour that is none', "from: '22:00'", "from: ‸'25:00'", 'not a time of day', ''),
  yaml('hours that never end', "to: '06:00'", "to: ‸'22:00'", 'begins when it ends', 'another time'),
  yaml('a pause that is too long', 'batch: 30s', 'batch: ‸2h', 'too late', '1h or less'),
];

test('the example of docs/notices.md is read, with what is absent filled in', async () => {
  const { notices = [] } = goodPlan(await readWritten(example));
  expect(notices.map(({ name, kind }) => [name, kind])).toEqual([
    ['leads', 'teams'],
    ['night-shift', 'slack'],
    ['owners', 'smtp'],
    ['tickets', 'webhook'],
  ]);
  expect(notices[1]).toMatchObject({ batchMs: 30_000, for: 'all' });
  expect(notices[2]).toMatchObject({ security: 'starttls', quiet: { from: 1_320, to: 360 } });
  expect(notices[3]).toMatchObject({ batchMs: 120_000, kinds: expect.arrayContaining(['decision', 'daily']) });
});

test('a plan without notices has none', async () => {
  expect(goodPlan(await readWritten(await docsExample()))).not.toHaveProperty('notices');
});

refusesWhereItStands(() => example, WRONG);
