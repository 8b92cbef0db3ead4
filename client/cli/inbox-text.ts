import { type Ballot, tallyText } from '../../domain/ballot.ts';
import { WHOLE } from '../../domain/group-gate.ts';
import type { StoppedWave } from '../../domain/programme.ts';
import { breachWords } from '../../domain/stop-wave.ts';
import { duration, kebab, shellWord } from '../../domain/words.ts';
import type { Waiting } from '../inbox.ts';
import { marked } from './print.ts';

const targetOf = (batch: string, group: string): string =>
  `--batch ${shellWord(batch)}${group === WHOLE ? '' : ` --group ${shellWord(group)}`}`;

const soFar = (ballot: Partial<Ballot>): string => {
  const tally = tallyText({ ...ballot, approvers: [] });
  return tally === null ? '' : ` (${tally})`;
};

/** Goes on after a breach, for the figures that were seen. */
export const goOnCommand = (programme: string, { fingerprint }: StoppedWave): string =>
  `tranship programme resume --programme ${shellWord(programme)} --seen ${fingerprint} --comment '…'`;

/** The command that answers it. */
export const commandFor = (one: Waiting): string => {
  if (one.kind === 'silent') return 'tranship doctor';
  if (one.kind === 'wave') return goOnCommand(one.programme, one.stopped);
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

/** What waits, in one line. */
export const headOf = (one: Waiting): string => {
  if (one.kind === 'wave') {
    const who = one.approvers.length > 0 ? ` (${one.approvers.join(', ')})` : '';
    return `${one.programme} · the wave is stopped${who}: ${one.stopped.breaches.map(breachWords).join('; ')}`;
  }
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

export const markOf = (one: Waiting): '–' | '✗' | '?' => {
  if (one.kind === 'turn') return '–';
  return one.kind === 'silent' || one.kind === 'wave' || (one.kind === 'vm' && one.view.parked) ? '✗' : '?';
};

export const inboxText = (all: readonly Waiting[], now: number): string =>
  all
    .map((one) => {
      const verbs = others(one);
      return [
        marked(markOf(one), `${duration(now - one.since)}  ${headOf(one)}`),
        ...(one.kind === 'vm' && one.view.parked ? [`    ${one.view.parked.mishap.fix}`] : []),
        `    ${commandFor(one)}${verbs.length > 0 ? `      (or ${verbs.join(', ')})` : ''}`,
      ].join('\n');
    })
    .join('\n');
