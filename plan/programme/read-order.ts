import { dirname, resolve } from 'node:path';
import { type Freeze, freezeOf } from '../../domain/freeze.ts';
import type { Gates } from '../../domain/gate-policy.ts';
import type { BatchPlan, ProgrammePlan } from '../../domain/plan.ts';
import type { StopWaveRules } from '../../domain/stop-wave.ts';
import { isWrong } from '../refusal.ts';
import type { WrittenPlan } from '../schema.ts';
import { nearest } from '../text/nearest.ts';
import { readLocalTime, wrongZone } from '../text/zones.ts';
import type { PlanFile } from './plan-file.ts';
import { readCalendar } from './read-calendar.ts';

type At = readonly PropertyKey[];
type Written = WrittenPlan['order'];

const DAY = 86_400_000;
/** Calendars are read so far beyond the last window. */
const BEYOND = 400 * DAY;
const MANY = 2;

const known = (file: PlanFile, at: At, batch: string, batches: readonly string[]): void => {
  if (batches.includes(batch)) return;
  const likely = nearest(batch, batches);
  file.no(
    at,
    `There is no batch ${batch}`,
    likely ? `Did you mean "${likely}"?` : `Name one of: ${batches.join(', ')}.`,
  );
};

/** The first way round from a batch back to itself, or none. */
const cycleFrom = (batches: Readonly<Record<string, BatchPlan>>, start: string): readonly string[] | null => {
  const seen = new Set<string>();
  const walk = (at: string, way: readonly string[]): readonly string[] | null => {
    for (const next of batches[at]?.after ?? []) {
      if (next === start) return [...way, next];
      if (seen.has(next)) continue;
      seen.add(next);
      const found = walk(next, [...way, next]);
      if (found) return found;
    }
    return null;
  };
  return walk(start, [start]);
};

/** Every dependency names a batch, and none leads back to where it began. */
const checkDependencies = (file: PlanFile, batches: Readonly<Record<string, BatchPlan>>): void => {
  const names = Object.keys(batches);
  const told = new Set<string>();
  for (const [name, { after = [] }] of Object.entries(batches)) {
    for (const [index, other] of after.entries()) known(file, ['batches', name, 'after', index], other, names);
    const cycle = cycleFrom(batches, name);
    const key = cycle ? [...new Set(cycle)].sort().join(' ') : '';
    if (!cycle || told.has(key)) continue;
    told.add(key);
    file.no(
      ['batches', name, 'after'],
      `Nobody could begin: ${cycle.join(' after ')}`,
      'Take one of the dependencies out.',
    );
  }
};

const readSpan = (file: PlanFile, at: At, { from, to, zone, why }: Written['freeze'][number]): Freeze | null => {
  if (from === undefined || to === undefined || zone === undefined || why === undefined)
    return file.no(
      at,
      'A freeze needs from, to, zone and why, or a calendar',
      'Write { from: 2026-12-18 18:00, to: 2027-01-07 06:00, zone: Europe/Vienna, why: year-end close }.',
    );
  const unknown = wrongZone(zone);
  if (unknown) return file.no([...at, 'zone'], unknown.wrong, unknown.fix);
  const [begins, ends] = [readLocalTime(from, zone), readLocalTime(to, zone)];
  if (isWrong(begins)) return file.no([...at, 'from'], begins.wrong, begins.fix);
  if (isWrong(ends)) return file.no([...at, 'to'], ends.wrong, ends.fix);
  return ends <= begins
    ? file.no([...at, 'to'], `The freeze ends at ${to}, before it begins`, 'Write a later time, or another day.')
    : freezeOf(begins, ends, why);
};

const readFreezes = async (
  file: PlanFile,
  written: Written['freeze'],
  from: number,
  horizon: number,
): Promise<readonly Freeze[]> => {
  const found: Freeze[] = [];
  for (const [index, one] of written.entries()) {
    const at = ['order', 'freeze', index];
    if (one.calendar === undefined) {
      const span = readSpan(file, at, one);
      if (span && span.to > from) found.push(span);
      continue;
    }
    const unknown = one.zone === undefined ? null : wrongZone(one.zone);
    if (unknown) file.no([...at, 'zone'], unknown.wrong, unknown.fix);
    if (one.from !== undefined || one.to !== undefined)
      file.no(at, 'A calendar says its times itself', 'Take from and to out, or write a freeze of its own for them.');
    const path = resolve(dirname(file.placeOf([]).file), one.calendar);
    const spans = await readCalendar({ path, zone: one.zone ?? null, from, horizon });
    if (isWrong(spans)) file.no([...at, 'calendar'], spans.wrong, spans.fix);
    else found.push(...spans);
  }
  return [...new Map(found.map((one) => [one.id, one])).values()].sort((a, b) => a.from - b.from);
};

const readStopWave = (file: PlanFile, written: Written['stopWave'], gates: Gates): StopWaveRules | null => {
  if (written === null) return null;
  if (written.every < 1_000)
    file.no(['order', 'stopWave', 'every'], 'Hosts cannot be read that often', 'Write 1m or more.');
  const { cpu, memory, volumes, latency, throughput } = written;
  return {
    everyMs: written.every,
    thresholds: {
      ...(cpu ? { cpu: { limit: cpu.above, forMs: cpu.for } } : {}),
      ...(memory ? { memory: { limit: memory.below, forMs: memory.for } } : {}),
      ...(volumes ? { volume: { limit: volumes.below, forMs: volumes.for } } : {}),
      ...(latency ? { latency: { limit: latency.above, forMs: latency.for } } : {}),
      ...(throughput ? { throughput: { limit: throughput.below, forMs: throughput.for } } : {}),
    },
    approvers: written.approvers ?? gates.go.approvers,
  };
};

/** The programme: every batch in order, dependencies that can be met, freezes as instants. */
export const readOrder = async (
  file: PlanFile,
  written: Written,
  batches: Readonly<Record<string, BatchPlan>>,
  gates: Gates,
  now: number,
): Promise<ProgrammePlan> => {
  const names = Object.keys(batches);
  written.batches.forEach((name, index) => {
    known(file, ['order', 'batches', index], name, names);
    if (written.batches.indexOf(name) < index)
      file.no(['order', 'batches', index], `Batch "${name}" is named twice`, 'Keep one of the two.');
  });
  checkDependencies(file, batches);
  if (written.inFlight > MANY)
    file.warn(
      ['order', 'inFlight'],
      `${written.inFlight} batches in flight at once; 1 or 2 is usual`,
      'Write 1 or 2, unless staging and people are known to carry more.',
    );
  const closes = Object.values(batches).flatMap(({ windows }) => windows.flatMap((window) => window?.closesAt ?? []));
  return {
    batches: [...written.batches, ...names.filter((name) => !written.batches.includes(name))],
    inFlight: written.inFlight,
    leadMs: written.lead ?? null,
    freezes: await readFreezes(file, written.freeze, now, Math.max(now, ...closes) + BEYOND),
    stopWave: readStopWave(file, written.stopWave, gates),
  };
};
