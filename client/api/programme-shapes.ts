import { z } from 'zod';
import { Refused, Stopped, Time } from './shapes.ts';

const Amounts = z.record(z.string(), z.number()).describe('By resource; bytes, or how many.');

export const Freeze = z.looseObject({ id: z.string(), from: Time, to: Time, why: z.string() });

export const Programme = z.looseObject({
  programme: z.string(),
  inFlight: z.number(),
  batches: z.array(z.looseObject({ name: z.string(), vms: z.number(), after: z.array(z.string()) })),
  turns: z.array(
    z.looseObject({
      name: z.string(),
      status: z.string(),
      begunAt: Time.nullable(),
      landedAt: Time.nullable(),
      halted: z.boolean(),
      note: z.string().nullable(),
    }),
  ),
  turnsNow: z.looseObject({
    begin: z.array(z.string()),
    waits: z.array(z.looseObject({ name: z.string(), why: z.array(z.looseObject({ text: z.string() })) })),
  }),
  halts: z.array(z.string()).describe('Why nothing new begins.'),
  paused: z.looseObject({ by: z.string(), why: z.string(), at: Time }).nullable(),
  stopped: Stopped.nullable(),
  freezes: z.array(Freeze),
  refused: z.array(Refused),
  isOver: z.boolean(),
});

export const Capacity = z.looseObject({
  programme: z.string(),
  resources: z.array(
    z.looseObject({
      resource: z.string(),
      used: z.number(),
      limit: z.number().nullable().describe('Null: without one.'),
    }),
  ),
  held: z.array(
    z.looseObject({ holder: z.string(), name: z.string(), purpose: z.string(), amounts: Amounts, grantedAt: Time }),
  ),
  waiting: z.array(
    z.looseObject({ holder: z.string(), name: z.string(), place: z.number(), why: z.string(), askedAt: Time }),
  ),
});

const Length = z.number().describe('ms');

export const Forecast = z.looseObject({
  p50At: Time,
  p90At: Time,
  batches: z.array(
    z.looseObject({
      name: z.string(),
      begins: Time,
      p50At: Time,
      p90At: Time,
      p50: Length,
      p90: Length,
      why: z.array(z.string()),
    }),
  ),
  critical: z
    .array(z.looseObject({ name: z.string(), begins: Time, lands: Time, began: z.string() }))
    .describe('From the first batch to the one that ends last: each waited for the one before it.'),
  why: z.array(z.string()),
  vms: z.number(),
  ledgers: z.number().describe('Of how many VMs it was measured.'),
  missing: z.array(z.string()).describe('Why sizes are assumed.'),
});
