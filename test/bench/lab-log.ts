import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TrialEstate } from '../../tools/estate/estate.ts';
import { mostAtOnce, type Span } from './spans.ts';

interface LabEvent {
  readonly at: string;
  readonly kind: string;
  readonly vm?: string;
  readonly origin?: string;
  readonly platform?: string;
  readonly run?: string;
  readonly runKind?: string;
}

export const eventsOf = ({ labState }: Pick<TrialEstate, 'labState'>): readonly LabEvent[] =>
  readFileSync(join(labState, 'events.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line.includes('"vm.') || line.includes('"job.') || line.includes('"run.'))
    .map((line) => JSON.parse(line) as LabEvent);

/** Of these VMs: from the first job for one of them to the end of the last staged copy. */
export const flightOf = (events: readonly LabEvent[], origins: ReadonlySet<string>): Span => {
  const theirs = events.filter(({ origin }) => origins.has(origin ?? ''));
  const staged = new Set(
    theirs.flatMap(({ kind, platform, vm }) => (kind === 'vm.created' && platform === 'hyper-v' ? [vm] : [])),
  );
  const at = (of: readonly LabEvent[]): readonly number[] => of.map((event) => Date.parse(event.at));
  return {
    from: Math.min(...at(theirs.filter(({ kind }) => kind === 'job.created'))),
    to: Math.max(...at(theirs.filter(({ kind, vm }) => kind === 'vm.removed' && staged.has(vm)))),
  };
};

/** Full backups that ran at once at the first mover; the last delta of a VM belongs to its cut-over. */
export const runsAtOnce = (events: readonly LabEvent[]): number => {
  const runs = Map.groupBy(
    events.filter(({ run, runKind }) => run !== undefined && runKind === 'full'),
    ({ run }) => run,
  );
  return mostAtOnce(
    [...runs.values()].map((of) => {
      const at = (kind: string): number => Date.parse(of.find((event) => event.kind === kind)?.at ?? '');
      return { from: at('run.started'), to: at('run.ended') };
    }),
  );
};
