import { duration, instant, kebab } from '../../domain/words.ts';
import type { MigrationView } from '../../workflows/messages.ts';
import { answerLines } from './answer-lines.ts';
import type { Surroundings } from './known.ts';
import { type Kind, type Reason, reasonOf } from './reason.ts';
import { type Remaining, remainingSteps } from './remaining.ts';
import { waitingCost } from './waiting-cost.ts';
import { whoMay } from './who-may.ts';

/** Why one migration waits, and what of it: for a screen and for programs. Times are ms. */
export interface Explanation {
  readonly vm: { readonly id: string; readonly name: string };
  readonly stands: string;
  readonly kind: Kind;
  readonly why: string;
  readonly more: readonly string[];
  readonly since: number | null;
  readonly who: readonly string[];
  readonly costs: readonly string[];
  readonly next: readonly Remaining[];
  readonly commands: readonly string[];
}

/** `called`: its name, or its id where several bear the name. Pure. */
export const explanationOf = (view: MigrationView, called: string, around: Surroundings, now: number): Explanation => {
  const { vm, phase, flags, hop, hops, programme, batch, group, owner } = view;
  const reason: Reason = reasonOf(view, around);
  const flagged = flags.length > 0 ? ` [${flags.join(' ')}]` : '';
  return {
    vm,
    stands: `${vm.name} · ${phase}${flagged}, hop ${hop} of ${hops.length} · ${programme} ${batch}/${group} · ${owner}`,
    kind: reason.kind,
    why: reason.why,
    more: reason.more,
    since: reason.since,
    who: whoMay(view, reason, around, now),
    costs: reason.kind === 'ended' ? [] : waitingCost(view, now, around.behind),
    next: remainingSteps(view, now),
    commands: answerLines(view, called, reason, around),
  };
};

const WIDTH = 'You can'.length + 2;

const block = (title: string, lines: readonly string[]): readonly string[] =>
  lines.map((line, index) => `  ${(index === 0 ? title : '').padEnd(WIDTH)}${line}`);

const stepText = ({ hop, does, gate, irreversible }: Remaining, at: number): string =>
  `${at + 1}. hop ${hop}: ${does}${gate ? `  (gate ${kebab(gate)}${irreversible ? ', cannot be undone' : ''})` : ''}`;

const sinceText = (since: number | null, now: number): readonly string[] =>
  since === null ? [] : [`${instant(since)}, ${duration(now - since)} ago`];

/** The same for people. */
export const explanationText = (told: Explanation, now: number): string =>
  [
    told.stands,
    ...block(told.kind === 'works' || told.kind === 'ended' ? 'Is at' : 'Waits', [told.why, ...told.more]),
    ...block('Since', sinceText(told.since, now)),
    ...block('Who', told.who),
    ...block('Costs', told.costs),
    ...block('Next', told.next.map(stepText)),
    ...block('You can', told.commands),
  ].join('\n');
