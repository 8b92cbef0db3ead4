import { programmeBatches } from '../../client/programme.ts';
import type { Plan } from '../../domain/plan.ts';
import type { Refusal } from '../../plan/refusal.ts';
import { docsExample, readWritten, refusalsOf } from './plan-example.ts';

const HEAD = 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\n';
const event = (lines: string): string =>
  `BEGIN:VEVENT\r\nUID:${lines.length}@x\r\nDTSTAMP:20300101T000000Z\r\n${lines}\r\nEND:VEVENT\r\n`;
const calendar = (...events: readonly string[]): string => `${HEAD}${events.map(event).join('')}END:VCALENDAR\r\n`;

interface Read {
  readonly plan: Plan | null;
  readonly told: readonly Refusal[];
  /** The text that a refusal points at, to the end of its line. */
  readonly at: (refusal: Refusal | undefined) => string;
}

/** The example of the docs with this section at its end, and more batches; a calendar beside it. */
const read = async (order: string, ics = '', batches = ''): Promise<Read> => {
  const { yaml, csv } = await docsExample();
  const written = `${yaml.replace(/^order:[\s\S]*?(?=^\S|$(?![\s\S]))/m, '').replace(/^batches:\n/m, `batches:\n${batches}`)}\n${order}\n`;
  const found = await readWritten({ yaml: written, csv, ics });
  const at: Read['at'] = (refusal) =>
    (written.split('\n')[(refusal?.line ?? 0) - 1] ?? '').slice((refusal?.column ?? 1) - 1);
  return { plan: 'plan' in found ? found.plan : null, told: refusalsOf(found), at };
};

const CALENDAR = 'order: { freeze: [{ calendar: freeze.ics, zone: Europe/Vienna }] }';

const freezesOf = ({ plan, told }: Read) => {
  if (!plan) throw new Error(JSON.stringify(told));
  return plan.order?.freezes.map(({ id, why }) => `${id} ${why}`);
};

test('without the section: one batch in flight, in the order of the file, and the hosts are watched by the thresholds of the upstream', async () => {
  const { plan } = await read('');
  expect(plan?.order).toMatchObject({ inFlight: 1, leadMs: null, freezes: [] });
  expect(plan?.order?.batches).toEqual(Object.keys(plan?.batches ?? {}));
  const minutes = (n: number) => n * 60_000;
  expect(plan?.order?.stopWave).toEqual({
    everyMs: minutes(5),
    thresholds: {
      cpu: { limit: 85, forMs: minutes(15) },
      memory: { limit: 15, forMs: minutes(15) },
      volume: { limit: 25, forMs: minutes(5) },
      latency: { limit: 20, forMs: minutes(15) },
    },
    approvers: plan?.gates.go.approvers,
  });
});

test('a freeze is a span of local time; limits are changed one by one, or all of them put off', async () => {
  const { plan } = await read(
    'order: { freeze: [{ from: 2030-12-18 18:00, to: 2031-01-07 06:00, zone: Europe/Vienna, why: close }], stopWave: { cpu: { above: 90 }, memory: null, throughput: { below: 50 MB } } }',
  );
  expect(plan?.order?.freezes).toMatchObject([{ id: '2030-12-18T17:00Z/2031-01-07T05:00Z', why: 'close' }]);
  expect(plan?.order?.stopWave?.thresholds).toMatchObject({
    cpu: { limit: 90, forMs: 900_000 },
    throughput: { limit: 50 * 2 ** 20, forMs: 1_800_000 },
  });
  expect(plan?.order?.stopWave?.thresholds.memory).toBeUndefined();
  expect((await read('order: { stopWave: null }')).plan?.order?.stopWave).toBeNull();
});

test('a calendar gives each of its events, recurring ones one by one in the local time of their zone, without those taken out', async () => {
  const ics = calendar(
    'SUMMARY:year-end close\r\nDTSTART;TZID=Europe/Vienna:20301218T180000\r\nDTEND;TZID=Europe/Vienna:20310107T060000',
    'SUMMARY:month end\r\nDTSTART;TZID=Europe/Vienna:20300228T200000\r\nDURATION:PT4H\r\nRRULE:FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=4\r\nEXDATE;TZID=Europe/Vienna:20300430T200000',
    'SUMMARY:a day\r\nDTSTART;VALUE=DATE:20300501\r\nDTEND;VALUE=DATE:20300502',
    'SUMMARY:over\r\nDTSTART:20200101T000000Z\r\nDTEND:20200102T000000Z',
    'SUMMARY:called off\r\nSTATUS:CANCELLED\r\nDTSTART:20300601T000000Z\r\nDTEND:20300602T000000Z',
  );
  expect(freezesOf(await read(CALENDAR, ics))).toEqual([
    '2030-02-28T19:00Z/2030-02-28T23:00Z month end',
    '2030-03-31T18:00Z/2030-03-31T22:00Z month end',
    '2030-04-30T22:00Z/2030-05-01T22:00Z a day',
    '2030-05-31T18:00Z/2030-05-31T22:00Z month end',
    '2030-12-18T17:00Z/2031-01-07T05:00Z year-end close',
  ]);
});

test('an event that never ends to recur is read to some time beyond the last window', async () => {
  const ics = calendar('SUMMARY:sunday\r\nDTSTART:20300106T000000Z\r\nDTEND:20300107T000000Z\r\nRRULE:FREQ=WEEKLY');
  const freezes = freezesOf(await read(CALENDAR, ics)) ?? [];
  expect(freezes.length).toBeGreaterThan(50);
  expect(freezes.length).toBeLessThan(120);
});

const GOOD = 'DTSTART:20300601T000000Z\r\nDTEND:20300602T000000Z';

test.each([
  ['no such file', 'order: { freeze: [{ calendar: nowhere.ics }] }', '', 'is not there', 'nowhere.ics'],
  ['no calendar', CALENDAR, 'hello', 'is no calendar that can be read', 'freeze.ics'],
  [
    'times without a zone',
    'order: { freeze: [{ calendar: freeze.ics }] }',
    calendar('SUMMARY:x\r\nDTSTART:20300601T100000\r\nDTEND:20300601T110000'),
    'names no time zone',
    'freeze.ics',
  ],
  [
    'a calendar with times',
    'order: { freeze: [{ calendar: freeze.ics, from: 2030-01-01 10:00 }] }',
    calendar(GOOD),
    'says its times itself',
    '{ calendar',
  ],
  [
    'an event of every second',
    CALENDAR,
    calendar(`${GOOD}\r\nRRULE:FREQ=SECONDLY`.replaceAll('2030', '2001')),
    'recurs too often',
    'freeze.ics',
  ],
  ['half a span', 'order: { freeze: [{ from: 2030-01-01 10:00 }] }', '', 'needs from, to, zone and why', '{ from'],
  [
    'a span that ends first',
    'order: { freeze: [{ from: 2030-02-01 10:00, to: 2030-01-01 10:00, zone: Europe/Vienna, why: x }] }',
    '',
    'before it begins',
    '2030-01-01 10:00',
  ],
  [
    'a zone that is none',
    'order: { freeze: [{ from: 2030-02-01 10:00, to: 2030-03-01 10:00, zone: Vienna, why: x }] }',
    '',
    'is not a time zone',
    'Vienna',
  ],
  ['an unknown batch', 'order: { batches: [wave-99] }', '', 'There is no batch wave-99', 'wave-99'],
  ['a reading a second', 'order: { stopWave: { every: 10ms } }', '', 'cannot be read that often', '10ms'],
  ['more than everything', 'order: { stopWave: { cpu: { above: 120 } } }', '', '', '120'],
])('%s is refused at its place', async (_, order, ics, says, place) => {
  const found = await read(order, ics);
  expect(found.plan).toBeNull();
  expect(found.told[0]?.message).toContain(says);
  expect(found.at(found.told[0]).startsWith(place)).toBe(true);
});

test('dependencies that lead round, and one on nothing, are refused; many in flight is a warning', async () => {
  const batches = '  x: { after: [y] }\n  y: { after: [z] }\n  z: { after: [x, nowhere] }\n';
  const { plan, told, at } = await read('order: { inFlight: 3 }', '', batches);
  expect(plan).toBeNull();
  const said = told.filter(({ message }) => !message.startsWith('No VM'));
  expect(said.map(({ message }) => message)).toEqual([
    'Nobody could begin: x after y after z after x',
    'There is no batch nowhere',
    '3 batches in flight at once; 1 or 2 is usual',
  ]);
  expect(at(said[0])).toBe('[y] }');
  expect(at(said[1])).toBe('nowhere] }');
  expect(said[2]?.severity).toBe('warning');
});

test('a batch that comes after an empty one comes after what that one comes after', async () => {
  const { plan } = await read('');
  if (!plan) throw new Error('no plan');
  const [first = '', second = ''] = [...new Set(plan.vms.map(({ batch }) => batch))];
  const batchOf = (name: string, after: readonly string[]) => ({
    ...(plan.batches[first] ?? { windows: [], groups: [] }),
    name,
    after,
  });
  const batches = {
    [first]: batchOf(first, []),
    empty: batchOf('empty', [first]),
    [second || 'b']: batchOf(second || 'b', ['empty']),
  };
  const vms = plan.vms.map((vm, index) => ({ ...vm, batch: index === 0 ? second || 'b' : first }));
  expect(programmeBatches({ ...plan, batches, vms }).map(({ name, after }) => [name, after])).toEqual([
    [first, []],
    [second || 'b', [first]],
  ]);
});
