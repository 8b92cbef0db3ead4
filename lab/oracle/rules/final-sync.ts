import type { LabEvent } from '../evidence/events.ts';
import { textOf } from '../evidence/json-lines.ts';
import type { Incarnation } from '../run/incarnation.ts';
import type { Run } from '../run/run.ts';
import type { Story } from '../run/story.ts';
import { against, type Finding, perVm } from './rule.ts';

/** A mount that came to serve was made from a point of a run that started after its source had stopped, and the source stayed off. */
export const finalSync = perVm('final-sync', (run, story) =>
  story.hops.flatMap(({ from, to }) => {
    const mount = run
      .eventsOf(story.wish.uuid, /^mount\.started$/)
      .find((event) => textOf(event.fields, 'vm') === to.id);
    return mount ? judgeMount(run, story, from, mount) : [];
  }),
);

const judgeMount = (run: Run, story: Story, source: Incarnation, mount: LabEvent): readonly Finding[] => {
  const own = run.eventsOf(story.wish.uuid, /^(point\.created|run\.started)$/);
  const point = own.find((event) => event.kind === 'point.created' && isSame(event, mount, 'point'));
  if (!point) return [against(story, [mount], 'it was mounted from a point nothing in the log made.')];
  const started = own.find((event) => event.kind === 'run.started' && isSame(event, point, 'run'));
  if (!started) return [against(story, [point, mount], 'it was mounted from a point of a run that never started.')];

  const power = source.states.map((state) => state.event).filter((event) => event.kind === 'vm.power');
  const before = power.filter((event) => event.seq < started.seq).at(-1);
  const wasOff = before ? before.fields.to === 'off' : true;
  const again = power.find((event) => event.fields.to === 'on' && event.seq > started.seq && event.seq < mount.seq);
  if (!wasOff) return [against(story, [before, started, mount], notFinal(power, started))];
  if (again) return [against(story, [started, again, mount], 'its source was on again before the mount.')];
  const shown = point.fields.sourcePower;
  return shown !== undefined && shown !== 'off'
    ? [against(story, [point, mount], `its source was ${String(shown)} when the mounted point was made.`)]
    : [];
};

const isSame = (one: LabEvent, other: LabEvent, field: string): boolean =>
  textOf(one.fields, field) === textOf(other.fields, field);

const notFinal = (power: readonly LabEvent[], started: LabEvent): string =>
  power.some((event) => event.fields.to === 'off' && event.seq > started.seq)
    ? 'it was mounted from a run that began before its source was off.'
    : 'it was mounted from a run that began while its source was on.';
