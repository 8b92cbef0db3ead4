import { cpus, loadavg } from 'node:os';
import { table } from '../../client/cli/print.ts';
import { IN_FLIGHT, type ProgrammeRound } from './programme.ts';

const MOST_RATIO = 1.15;
const MOST_EVENTS = 5_000;
const MOST_CPU = 0.6;

export interface Verdict {
  readonly met: boolean;
  readonly words: string;
}

/** Tells what a programme of so many VMs did, and what of it was asked. */
export const programmeVerdicts = (
  ran: ProgrammeRound,
  vms: number,
  say: (line: string) => void,
): readonly Verdict[] => {
  const { inFlight, copies, held, cpu, seconds, bound } = ran;
  say(
    table(
      ['WHAT', 'MOST', 'LIMIT'],
      [
        ['batches in flight, by the products', String(inFlight.products), String(IN_FLIGHT)],
        ['batches in flight, by the programme', String(inFlight.programme), String(IN_FLIGHT)],
        ...copies.map(({ mover, most, limit }) => [`copies at ${mover}, by the products`, String(most), String(limit)]),
        ...held.map((one) => [`${one.resource}, by the lease table`, String(one.most), String(one.limit)]),
      ],
    ),
  );
  say(
    `makespan ${seconds.toFixed(0)} s, lower bound ${(bound.ms / 1_000).toFixed(0)} s by ${bound.by}; load ${(loadavg()[0] ?? 0).toFixed(1)} after`,
  );
  const used = Object.values(cpu).reduce((sum, each) => sum + each, 0) / seconds / cpus().length;
  const parts = Object.entries(cpu).map(([part, spent]) => `${part} ${spent.toFixed(0)}`);
  say(
    `CPU s: ${parts.join(', ')}; longest history: ${ran.longest.id}, ${ran.longest.events} events; runs: ${ran.runs}; samples without an answer: ${ran.missed}`,
  );
  return [
    { met: ran.finished === vms, words: `${ran.finished} of ${vms} VMs decommissioned` },
    {
      met: Math.max(inFlight.products, inFlight.programme) <= IN_FLIGHT,
      words: `never more than ${IN_FLIGHT} batches in flight`,
    },
    { met: [...copies, ...held].every(({ most, limit }) => most <= limit), words: 'never above capacity' },
    { met: ran.longest.events <= MOST_EVENTS, words: `no run above ${MOST_EVENTS} events` },
    {
      met: used <= MOST_CPU,
      words: `${(used * 100).toFixed(0)} % of ${cpus().length} cores by all of the bench; at most ${MOST_CPU * 100} % is asked`,
    },
    {
      met: seconds * 1_000 <= bound.ms * MOST_RATIO,
      words: `makespan is ${((seconds * 1_000) / bound.ms).toFixed(3)} of the bound; at most ${MOST_RATIO} is asked`,
    },
  ];
};
