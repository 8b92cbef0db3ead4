import { setHandler } from '@temporalio/workflow';
import { editFreezes, type FreezeEdit, refuseFreezeEdit } from '../domain/freeze.ts';
import { refusedIn, replanned, type WaveResumed } from '../domain/programme.ts';
import { hearBatch } from '../domain/programme-progress.ts';
import { refuseReplan } from '../domain/programme-shape.ts';
import { refuseResumeWave, resumedWave } from '../domain/programme-wave.ts';
import { isSayable } from '../domain/said.ts';
import { typed } from '../domain/typed.ts';
import { type Door, refuse, through } from './door.ts';
import { change, type Programme, viewOf } from './programme-context.ts';
import {
  batchReport,
  editFreeze,
  editFreezeSignal,
  type Pause,
  pauseProgramme,
  pauseProgrammeSignal,
  programmeView,
  replanProgramme,
  resumeProgramme,
  resumeProgrammeSignal,
  resumeWave,
  resumeWaveSignal,
} from './programme-messages.ts';

const isSomeone = (by: unknown): by is string => typeof by === 'string' && by.trim() !== '' && isSayable(by);

const refusePause = (came: unknown): string | null => {
  const { by, why } = (came ?? {}) as Partial<Pause>;
  return isSomeone(by) && isSomeone(why) ? null : 'A pause is {"by": your name, "why"}.';
};

const refuseResume = (came: unknown): string | null =>
  isSomeone((came as { by?: unknown } | null)?.by) ? null : 'To go on is {"by": your name}.';

/** Where something that people ask for comes in, called `what` where it is refused. */
const door = <T, R>(p: Programme, what: string, { judge, take }: Pick<Door<T, R>, 'judge' | 'take'>) =>
  through<T, R>({
    judge,
    take,
    recordRefusal: (asked, why) =>
      change(p, refusedIn(p.state, `${what} by ${typed((asked as { by?: unknown } | null)?.by)}`, why, Date.now())),
  });

/** Registered before the first await, so that nothing sent with the start is lost. Signals may be anything that a person typed. */
export const listen = (p: Programme): void => {
  setHandler(programmeView, () => viewOf(p), { description: 'Everything about this programme' });
  const paused = door(p, 'pause', {
    judge: refusePause,
    take: ({ by, why }: Pause) => change(p, { ...p.state, paused: { by, why, at: Date.now() } }),
  });
  setHandler(pauseProgramme, paused.update, {
    validator: paused.validate,
    description: 'No batch begins, no group cuts over; what is copied goes on',
  });
  setHandler(pauseProgrammeSignal, paused.signal);
  const resumed = door(p, 'resume', {
    judge: refuseResume,
    take: () => change(p, { ...p.state, paused: null }),
  });
  setHandler(resumeProgramme, resumed.update, { validator: resumed.validate });
  setHandler(resumeProgrammeSignal, resumed.signal);
  const wave = door(p, 'resumeWave', {
    judge: (asked) => refuseResumeWave(p.state, asked),
    take: (asked: WaveResumed) => change(p, resumedWave(p.state, asked, Date.now())),
  });
  setHandler(resumeWave, wave.update, {
    validator: wave.validate,
    description: 'Go on after a breach, for the figures that were seen',
  });
  setHandler(resumeWaveSignal, wave.signal);
  const frozen = door(p, 'freeze', {
    judge: (asked) => refuseFreezeEdit(p.state.freezes, asked, Date.now()),
    take: (asked: FreezeEdit) => {
      change(p, { ...p.state, freezes: editFreezes(p.state.freezes, asked) });
      return p.state.freezes;
    },
  });
  setHandler(editFreeze, frozen.update, { validator: frozen.validate, description: 'Add or take away a freeze' });
  setHandler(editFreezeSignal, frozen.signal);
  setHandler(
    replanProgramme,
    (order) => {
      p.order = order;
      change(p, replanned(p.state, order));
    },
    {
      validator: (order) => refuse(refuseReplan(p.order, order)),
    },
  );
  setHandler(batchReport, (report) => change(p, hearBatch(p.state, report, Date.now())));
};
