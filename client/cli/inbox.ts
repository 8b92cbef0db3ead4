import type { Command } from 'commander';
import { type Ballot, tallyText } from '../../domain/ballot.ts';
import { WHOLE } from '../../domain/group-gate.ts';
import type { Waiting } from '../inbox.ts';
import { examples, withJson } from './command-line.ts';
import { duration, kebab, marked, say, sayJson, shellWord } from './print.ts';
import { atTemporal } from './session.ts';

const targetOf = (batch: string, group: string): string =>
  `--batch ${shellWord(batch)}${group === WHOLE ? '' : ` --group ${shellWord(group)}`}`;

const soFar = (ballot: Partial<Ballot>): string => {
  const tally = tallyText({ ...ballot, approvers: [] });
  return tally === null ? '' : ` (${tally})`;
};

/** The command that answers it. */
export const commandFor = (one: Waiting): string => {
  if (one.kind === 'silent') return 'tranship doctor';
  if (one.kind === 'group') {
    const group = targetOf(one.batch, one.gate.group);
    return one.gate.missing.length > 0
      ? `tranship status --batch ${shellWord(one.batch)}`
      : `tranship approve ${group}`;
  }
  if (one.kind === 'turn') return `tranship reject ${targetOf(one.batch, one.decided.group)}`;
  const { view } = one;
  const vm = shellWord(one.called);
  if (view.parked) return `tranship ${kebab(view.legal[0] ?? 'retry')} ${vm} --step ${shellWord(view.parked.step)}`;
  if (view.task) return `tranship done ${vm} --hook ${shellWord(view.task.hook)}`;
  return view.gate ? `tranship approve ${vm}` : `tranship resume ${vm}`;
};

const headOf = (one: Waiting): string => {
  if (one.kind === 'group') {
    const { gate } = one;
    const names = gate.waiting.map(({ vm }) => vm.name).join(', ');
    const missing = gate.missing.map(({ name }) => name).join(', ');
    return `${one.batch}/${gate.group} · cutover, hop ${gate.hop}${soFar(gate)}: ${names}${missing ? `; not yet at the gate: ${missing}` : ''}`;
  }
  if (one.kind === 'turn') {
    const { group, hop, by } = one.decided;
    return `${one.batch}/${group} · cutover, hop ${hop}: approved by ${by}, begins after the groups before it; taken back by`;
  }
  const { listed } = one;
  const where = `${listed.name} · ${listed.batch}/${listed.group} · ${listed.owner}`;
  if (one.kind === 'silent') return `${where} · ${listed.waitingFor ?? listed.phase}: ${one.why.split('\n')[0]}`;
  const { view } = one;
  if (view.parked)
    return `${where} · ${view.parked.step} failed, hop ${view.parked.hop}: ${view.parked.mishap.message}`;
  if (view.task) return `${where} · ${view.task.role}: ${view.task.text}`;
  return `${where} · ${view.gate ? `${kebab(view.gate.name)}, hop ${view.gate.hop}${soFar(view.gate)}` : 'paused'}`;
};

const others = (one: Waiting): readonly string[] =>
  one.kind === 'vm' && one.view.parked
    ? one.view.legal
        .slice(1)
        .filter((verb) => verb !== 'pause')
        .map(kebab)
    : [];

export const inboxText = (all: readonly Waiting[], now: number): string =>
  all
    .map((one) => {
      const mark =
        one.kind === 'turn' ? '–' : one.kind === 'silent' || (one.kind === 'vm' && one.view.parked) ? '✗' : '?';
      const verbs = others(one);
      return [
        marked(mark, `${duration(now - one.since)}  ${headOf(one)}`),
        ...(one.kind === 'vm' && one.view.parked ? [`    ${one.view.parked.mishap.fix}`] : []),
        `    ${commandFor(one)}${verbs.length > 0 ? `      (or ${verbs.join(', ')})` : ''}`,
      ].join('\n');
    })
    .join('\n');

const inbox = async ({ json }: { readonly json?: boolean }): Promise<void> =>
  atTemporal(async (reached) => {
    const { inboxOf } = await import('../inbox.ts');
    const all = await inboxOf(reached);
    if (json) return sayJson(all.map((one) => ({ ...one, command: commandFor(one) })));
    say(all.length > 0 ? inboxText(all, Date.now()) : 'Nothing waits for a person.');
  });

export const inboxCommand = (program: Command): void => {
  examples(
    withJson(
      program
        .command('inbox')
        .description('what waits for a person, oldest first, each with the command that answers it'),
    ),
    ['tranship inbox', 'tranship inbox --json'],
  ).action(inbox);
};
