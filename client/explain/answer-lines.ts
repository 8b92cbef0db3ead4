import { WHOLE } from '../../domain/group-gate.ts';
import { ANSWERS } from '../../domain/verbs.ts';
import { kebab, shellWord } from '../../domain/words.ts';
import type { MigrationView } from '../../workflows/messages.ts';
import { type Surroundings, sharedGateOf } from './known.ts';
import type { Reason } from './reason.ts';

const targetOf = (view: MigrationView, around: Surroundings): string => {
  const open = sharedGateOf(around, view.vm);
  const whole = open?.group === WHOLE || view.gate?.together === 'batch';
  return `--batch ${shellWord(view.batch)}${whole ? '' : ` --group ${shellWord(view.group)}`}`;
};

const ofReason = (view: MigrationView, called: string, { kind }: Reason, around: Surroundings): readonly string[] => {
  const vm = shellWord(called);
  if (kind === 'turn') return [`tranship reject ${targetOf(view, around)}`];
  if (kind === 'group') {
    const [late] = sharedGateOf(around, view.vm)?.missing ?? [];
    return late
      ? [`tranship explain ${shellWord(late.name)}`, `tranship status --batch ${shellWord(view.batch)}`]
      : [`tranship approve ${targetOf(view, around)}`, `tranship reject ${targetOf(view, around)}`];
  }
  if (kind === 'gate') return [`tranship approve ${vm}`, `tranship reject ${vm}`];
  if (kind === 'task') return [`tranship done ${vm} --hook ${shellWord(view.task?.hook ?? '')}`];
  if (kind === 'lease') return ['tranship capacity'];
  if (kind === 'agent') return ['tranship doctor'];
  if (kind === 'works') return [`tranship watch --batch ${shellWord(view.batch)}`];
  if (kind === 'ended') return [`tranship ledger ${vm}`];
  const at = view.parked ? ` --step ${shellWord(view.parked.step)}` : '';
  const answers = view.parked ? view.legal.filter((verb) => ANSWERS.includes(verb)) : [];
  if (answers.length > 0) return answers.map((verb) => `tranship ${kebab(verb)} ${vm}${at}`);
  return view.legal.includes('resume') ? [`tranship resume ${vm}`] : [];
};

/** The commands that answer it, and what else is legal, ready to be typed. */
export const answerLines = (
  view: MigrationView,
  called: string,
  reason: Reason,
  around: Surroundings,
): readonly string[] => {
  const own = ofReason(view, called, reason, around);
  const rest = view.legal.map(kebab).filter((verb) => !own.some((line) => line.startsWith(`tranship ${verb} `)));
  return [...own, ...(rest.length > 0 ? [`legal too: ${rest.join(', ')}`] : [])];
};
