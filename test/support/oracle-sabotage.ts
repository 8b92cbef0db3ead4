import type { Terms } from '../../lab/oracle/run/run.ts';
import { eventOf } from './oracle-bend.ts';
import { hopOne, hopTwo, seed } from './oracle-hops.ts';
import { begun, eight, one, rolledBack, wholeJourney } from './oracle-journeys.ts';
import type { Draft } from './oracle-run.ts';
import type { Journey } from './oracle-steps.ts';

/** A run that is right but for one thing. */
export type Make = () => { readonly draft: Draft; readonly terms?: Terms };

/** It turns exactly this rule red. */
export type Row = readonly [rule: string, name: string, make: Make];

export type Bend = (draft: Draft, journey: Journey, second: Journey) => void;

export const bent =
  (start: () => { draft: Draft; journeys: Journey[] }, bend: Bend, terms?: Terms): Make =>
  () => {
    const { draft, journeys } = start();
    const [first, second = journeys[0]] = journeys;
    if (!first || !second) throw new Error('the scenario has no VM');
    bend(draft, first, second);
    return { draft, ...(terms && { terms }) };
  };

export const journey = (bend: Bend, terms?: Terms): Make => bent(() => wholeJourney(one()), bend, terms);
export const many = (bend: Bend): Make => bent(() => wholeJourney(eight()), bend);
export const back = (bend: Bend): Make => bent(rolledBack, bend);

/** On the target, before the sign-off. */
export const landed = (bend: Bend): Make =>
  bent(() => {
    const run = begun(one());
    for (const each of run.journeys) for (const step of [seed, hopOne, hopTwo]) step(run.draft, each);
    return run;
  }, bend);

export const fullPoint = (draft: Draft): string => String(eventOf(draft, 'point.created').point);
export const isFinal = (event: Record<string, unknown>): boolean => String(event.run).startsWith('run-final');
export const HOUR = 3_600_000;
