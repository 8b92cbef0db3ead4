import { fingerprintOf } from './gate.ts';
import type { ProgrammeState, WaveResumed } from './programme.ts';
import { acknowledged, type Breach, breachesIn, breachWords } from './stop-wave.ts';
import { typed } from './typed.ts';

/** Stops the wave where something is beyond its limit; a breach that comes on top changes what a person has to look at. */
export const judgeWave = (state: ProgrammeState, now: number): ProgrammeState => {
  const breaches = state.stopWave ? breachesIn(state.lookout, state.stopWave) : [];
  const known = state.stopped?.breaches ?? [];
  const key = ({ host, metric, of }: Breach): string => `${host} ${metric} ${of ?? ''}`;
  const fresh = breaches.filter((one) => !known.some((other) => key(other) === key(one)));
  if (fresh.length === 0 && !state.stopped) return state;
  const all = [...known, ...fresh];
  const beyond = state.lookout.streaks.map(({ host, metric, of }) => ({ host, metric, of }));
  const fingerprint = fingerprintOf({
    breaches: all.map(({ host, metric, of, since }) => ({ host, metric, of, since })),
    beyond,
  });
  return { ...state, stopped: { at: state.stopped?.at ?? now, breaches: all, fingerprint } };
};

/** Why a person may not go on after a breach, or null. */
export const refuseResumeWave = (state: ProgrammeState, came: unknown): string | null => {
  const { by, comment, fingerprint } = (came ?? {}) as Partial<WaveResumed>;
  if (typeof by !== 'string' || by.trim() === '' || typeof comment !== 'string' || comment.trim() === '')
    return 'To go on is {"by": your name, "comment": why it is safe, "fingerprint": of the figures you saw}.';
  if (!state.stopped) return 'Nothing is beyond its limit: the wave goes on.';
  if (fingerprint !== state.stopped.fingerprint)
    return `What you saw (${typed(fingerprint)}) is not what is there now (${state.stopped.fingerprint}). Look again, then decide.`;
  const approvers = state.stopWave?.approvers ?? [];
  return approvers.length > 0 && !approvers.includes(by)
    ? `${by} may not resume the wave. Approvers: ${approvers.join(', ')}.`
    : null;
};

export const resumedWave = (
  state: ProgrammeState,
  { by, comment, fingerprint }: WaveResumed,
  now: number,
): ProgrammeState => ({
  ...state,
  stopped: null,
  lookout: acknowledged(state.lookout, now),
  resumed: [
    ...state.resumed.slice(-49),
    { by, comment, fingerprint, at: now, breaches: (state.stopped?.breaches ?? []).map(breachWords) },
  ],
});
