import { minuteOf } from './freeze.ts';
import { type ProgrammeState, programmeCounts, type Turn } from './programme.ts';
import { haltsOf, type Turns } from './programme-turns.ts';
import { breachWords, figureWords } from './stop-wave.ts';

export interface ProgrammeGlance extends ProgrammeState {
  readonly turnsNow: Turns;
  readonly halts: readonly string[];
}

export const glanceOf = (state: ProgrammeState, turns: Turns, now: number): ProgrammeGlance => ({
  ...state,
  turnsNow: turns,
  halts: haltsOf(state, now).map(({ text }) => text),
});

/** The server takes 20,000 bytes of details. */
const SHOWN = 60;

const turnText = (p: ProgrammeGlance, { name, status, halted, note }: Turn): string => {
  const why = p.turnsNow.waits.find((one) => one.name === name)?.why.map(({ text }) => text) ?? [];
  const words = [...(halted ? ['begins nothing new'] : []), ...(why.length > 0 ? why : note ? [note] : [])];
  return `- ${name}: ${status}${words.length > 0 ? ` (${words.slice(0, 2).join('; ').slice(0, 200)})` : ''}`;
};

/** How a person goes on, ready to be sent from the Temporal UI. */
const stoppedText = (p: ProgrammeGlance): string => {
  const { stopped, stopWave } = p;
  if (!stopped) return '';
  return [
    '**The wave is stopped and waits for a decision.**',
    ...stopped.breaches.slice(0, 10).map((breach) => `- ${breachWords(breach)}`),
    '',
    'What runs goes on; nothing new begins. Signal `resumeWave` with:',
    '```json',
    JSON.stringify({
      by: stopWave?.approvers[0] ?? 'you',
      comment: 'why it is safe',
      fingerprint: stopped.fingerprint,
    }),
    '```',
  ].join('\n');
};

const readingsText = ({ lookout, stopWave }: ProgrammeGlance): string =>
  stopWave === null
    ? ''
    : lookout.readings
        .slice(0, 10)
        .map(({ host, figures, why, at }) =>
          why === null
            ? `- ${host}, ${minuteOf(at)}: ${figures.slice(0, 8).map(figureWords).join(', ')}`
            : `- ${host}, ${minuteOf(at)}: cannot be read, so nothing of it stops the wave: ${why.slice(0, 120)}`,
        )
        .join('\n');

/** Current details of a programme in Markdown, as the Temporal UI shows them. */
export const describeProgramme = (p: ProgrammeGlance): string =>
  [
    `### ${p.programme}: ${programmeCounts(p)}`,
    stoppedText(p),
    ...p.halts.filter(() => p.stopped === null).map((text) => `Nothing new begins: ${text}.`),
    p.turns
      .slice(0, SHOWN)
      .map((turn) => turnText(p, turn))
      .join('\n') + (p.turns.length > SHOWN ? `\n- … ${p.turns.length} in all` : ''),
    p.freezes.length > 0
      ? `Freezes: ${p.freezes
          .slice(0, 5)
          .map(({ id, why }) => `${id} ${why.slice(0, 60)}`)
          .join('; ')}`
      : '',
    readingsText(p),
  ]
    .filter(Boolean)
    .join('\n\n');
