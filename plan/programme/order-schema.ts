import * as z from 'zod';
import { count, duration, name, size, text } from './schema-words.ts';

const percent = (description: string, example: number) =>
  z
    .number()
    .min(0)
    .max(100)
    .meta({ description, examples: [example] });

const sustained = (example: string) =>
  duration('For how long without a reading that is well', example).prefault(example);

const tooMuch = (what: string, above: z.ZodType<number>, example: number, during: string) =>
  z
    .strictObject({ above, for: sustained(during) })
    .meta({ description: what, examples: [{ above: example, for: during }] })
    .nullable()
    .prefault({ above: example });

const tooLittle = (what: string, example: number, during: string) =>
  z
    .strictObject({ below: percent('Free, %', example), for: sustained(during) })
    .meta({ description: what, examples: [{ below: example, for: during }] })
    .nullable()
    .prefault({ below: example });

const stopWave = z
  .strictObject({
    every: duration('Pause between two readings of the hosts', '5m').prefault('5m'),
    cpu: tooMuch('Busy processors of a host, %', percent('Busy, %', 85), 85, '15m'),
    memory: tooLittle('Free memory of a host, %', 15, '15m'),
    volumes: tooLittle('Free space of any volume, %', 25, '5m'),
    latency: tooMuch(
      'Mean time of a disk transfer, ms',
      z
        .number()
        .positive()
        .meta({ description: 'Milliseconds', examples: [20] }),
      20,
      '15m',
    ),
    throughput: z
      .strictObject({ below: size('Bytes written a second', '50 MB'), for: sustained('30m') })
      .meta({
        description: 'Bytes written a second on a host’s disks while a batch is in flight; off where it is not named',
        examples: [{ below: '50 MB', for: '30m' }],
      })
      .exactOptional(),
    approvers: z
      .array(text('Who may go on after a breach, as the identity provider writes it', 'azure-local-owner'))
      .meta({ description: 'Who may go on after a breach; those of the gate go when absent' })
      .exactOptional(),
  })
  .meta({ description: 'When hosts say that it is too much: new work stops until a person goes on. null: never' })
  .nullable()
  .prefault({});

const freeze = z
  .strictObject({
    from: text('Local time at which it begins', '2026-12-18 18:00').exactOptional(),
    to: text('Local time at which it ends', '2027-01-07 06:00').exactOptional(),
    zone: text('IANA time zone of both; of a calendar, for times that name none', 'Europe/Vienna').exactOptional(),
    why: text('What it is for', 'year-end close').exactOptional(),
    calendar: text('An .ics file, beside the plan or by its path', 'freeze.ics').exactOptional(),
  })
  .meta({ description: 'A span {from, to, zone, why}, or the events of a {calendar}' });

/** In which order batches begin, how many at once, and what holds all of them back. */
export const order = z
  .strictObject({
    batches: z
      .array(name('A batch', 'wave-01'))
      .meta({
        description: 'Order in which batches begin; those that are not named follow in the order of the plan',
        examples: [['wave-01', 'wave-02']],
      })
      .prefault([]),
    inFlight: count('Batches in flight at once; more than 2 is a warning', 1).prefault(1),
    lead: duration(
      'How long before its first window a batch begins at the earliest; when absent, as soon as its turn comes',
      '7d',
    ).exactOptional(),
    freeze: z
      .array(freeze)
      .meta({ description: 'Times in which nothing new begins and no group cuts over' })
      .prefault([]),
    stopWave,
  })
  .meta({ description: 'The programme: order of its batches, freezes, stop-wave' })
  .prefault({});
