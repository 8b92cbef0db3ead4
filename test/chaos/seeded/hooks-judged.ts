import type { HookRun } from '../../../domain/hook.ts';
import type { MigrationView } from '../../../workflows/messages.ts';
import type { HttpMix } from './mix-plan.ts';
import { HTTP_HOOK } from './mix-scenario.ts';
import type { Received } from './receiver.ts';

/** What of a migration is held against the receiver. */
export type Told = Pick<MigrationView, 'vm' | 'phase' | 'hooks'>;

const undoKeyOf = ({ token }: HookRun): string => token.replace(`/hook-${HTTP_HOOK}/`, `/undo-${HTTP_HOOK}/`);

/** Of a VM that went back nothing stands; what was refused changed nothing. */
const STANDS: readonly HookRun['state'][] = ['begun', 'done', 'failed'];

const chargesOf = (
  { vm, phase }: Told,
  run: HookRun,
  isAlone: boolean,
  happened: readonly string[],
): readonly string[] => {
  const at = (key: string): number => happened.indexOf(key);
  const who = `hook ${run.name} of ${vm.name}, hop ${run.hop}, round ${run.round}`;
  const [done, undone] = [at(run.token), at(undoKeyOf(run))];
  const wentBack = phase === 'RolledBack' || phase === 'Ejected';
  return [
    ...(run.state === 'done' && done < 0 ? [`${who} says done and never happened`] : []),
    ...(run.state === 'undone' && undone < 0 ? [`${who} says undone and was never taken back`] : []),
    ...(undone >= 0 && done > undone ? [`${who} happened after it was taken back`] : []),
    ...(isAlone && wentBack && STANDS.includes(run.state)
      ? [`${who} stands as ${run.state}, and the VM is ${phase}`]
      : []),
    ...(isAlone && phase === 'Decommissioned' && run.state === 'done' && undone >= 0
      ? [`${who} stands, and was taken back`]
      : []),
  ];
};

/**
 * What the receiver saw against what migrations say of their HTTP hooks: each that is done happened, by its key, once; each undone was
 * taken back after it; nothing came that nobody ran. A hook of a group goes back with the first member that does.
 */
export const hookCharges = (
  { scope }: HttpMix,
  views: readonly Told[],
  received: readonly Received[],
): readonly string[] => {
  const runs = views.flatMap((view) =>
    (view.hooks ?? []).filter(({ name }) => name === HTTP_HOOK).map((run) => ({ view, run })),
  );
  const happened = received.filter(({ effect }) => effect).map(({ key }) => key);
  const known = new Set(runs.flatMap(({ run }) => [run.token, undoKeyOf(run)]));
  const strange = [...new Set(received.map(({ key }) => key))].filter((key) => !known.has(key));
  return [
    ...runs.flatMap(({ view, run }) => chargesOf(view, run, scope === 'vm', happened)),
    ...strange.map((key) => `the receiver got ${key || 'a request without a key'}, which is no run of any VM`),
    ...happened.filter((key, n) => happened.indexOf(key) !== n).map((key) => `${key} happened more than once`),
    ...received
      .filter(({ key, state }) => (key.includes('/undo-') ? 'taken back' : 'told') !== state)
      .map(({ key, state }) => `${key} came with ${state}`),
  ];
};
