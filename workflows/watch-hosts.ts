import { condition, isCancellation, proxyActivities } from '@temporalio/workflow';
import type { Watched } from '../activities/contracts/platform.ts';
import { queueOf } from '../domain/address.ts';
import type { ProgrammeOrder } from '../domain/programme.ts';
import { type Lookout, look, type StopWaveRules, type VitalSigns } from '../domain/stop-wave.ts';

type Host = ProgrammeOrder['hosts'][number];

/** Who reads hosts for whom. */
export interface HostWatch {
  /** Null while nothing is to be read. */
  readonly rules: () => StopWaveRules | null;
  readonly hosts: () => readonly Host[];
  readonly lookout: () => Lookout;
  /** A reading is under way, or is not any more. */
  readonly busy: (looking: boolean) => void;
  readonly seen: (lookout: Lookout) => void;
  /** This run comes to its end: no reading is begun. */
  readonly isLast: () => boolean;
}

/** One attempt within a minute: who does not answer now is asked again at the next reading. */
const vitalsAt = (queue: string) =>
  proxyActivities<Watched>({
    taskQueue: queue,
    startToCloseTimeout: '1 minute',
    scheduleToCloseTimeout: '1 minute',
    // An agent that does not know the verb will not learn it by being asked again.
    retry: { initialInterval: '10 seconds', nonRetryableErrorTypes: ['NotFoundError'] },
  }).vitals;

interface Answer {
  readonly host: string;
  readonly signs: VitalSigns | null;
  readonly why: string | null;
}

const read = async (to: Host): Promise<Answer> => {
  const host = queueOf(to);
  try {
    const signs = await vitalsAt(host).executeWithOptions({ summary: `how is ${host}?` }, [{ to, token: 'vitals' }]);
    return { host, signs, why: null };
  } catch (error) {
    if (isCancellation(error)) throw error;
    const cause = (error as { cause?: Error }).cause;
    return { host, signs: null, why: (cause ?? (error as Error)).message };
  }
};

/**
 * Reads every host again and again while there are rules, one activity a host and reading. While there are none, no timer runs and no
 * event is written.
 */
export const watchHosts = async (watch: HostWatch): Promise<void> => {
  while (!watch.isLast()) {
    await condition(() => watch.rules() !== null || watch.isLast());
    if (watch.isLast()) return;
    watch.busy(true);
    const answers = await Promise.all(watch.hosts().map(read));
    const rules = watch.rules();
    if (rules)
      watch.seen(
        answers.reduce(
          (lookout, { host, signs, why }) => look(lookout, rules, host, signs, Date.now(), why),
          watch.lookout(),
        ),
      );
    watch.busy(false);
    const every = rules?.everyMs ?? 60_000;
    await condition(() => watch.rules()?.everyMs !== every || watch.isLast(), every, {
      summary: 'until the hosts are read again',
    });
  }
};
