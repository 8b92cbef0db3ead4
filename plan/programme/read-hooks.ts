import type { Estate } from '../../domain/estate.ts';
import { AT_THE_END, type Hook, type Moment, POINTS, type Point } from '../../domain/hook.ts';
import type { PlannedHook } from '../../domain/plan.ts';
import { instead } from '../text/nearest.ts';
import type { WrittenHook } from './hook-schema.ts';
import type { PlanFile } from './plan-file.ts';
import { readBody } from './read-hook-body.ts';

type At = readonly PropertyKey[];

/** What of the plan hooks refer to. */
export interface HookSurroundings {
  readonly estate: Estate;
  readonly batches: readonly string[];
  /** Hops of the longest path. */
  readonly longest: number;
}

const FIVE_MINUTES_MS = 300_000;

const readMoment = (file: PlanFile, at: At, written: string): { when: Moment; point: Point } | null => {
  const [when, point, ...more] = written.trim().split(/\s+/);
  if ((when !== 'before' && when !== 'after') || point === undefined || more.length > 0)
    return file.no(at, `"${written}" is no moment`, 'Write before or after, and a point, as in before cutOver.');
  if (point === 'rehearse')
    return file.no(at, 'No mover of this version rehearses: the hook would never run', 'Choose another point.');
  const known = POINTS.find((each) => each === point);
  return known
    ? { when, point: known }
    : file.no(at, `"${point}" is no point of a hop`, instead(point, POINTS, 'points'));
};

const checkHop = (file: PlanFile, at: At, hop: WrittenHook['hop'], point: Point, longest: number): void => {
  if (hop === 'every') return;
  if (AT_THE_END.includes(point)) file.no(at, `${point} comes once, after the last hop`, 'Take hop out.');
  else if (hop > longest) file.no(at, `No path has a hop ${hop}`, `The longest has ${longest}.`);
  else if (point === 'go' && hop === longest)
    file.no(at, `The last hop ends with signOff, not with go`, 'Write signOff, or an earlier hop.');
};

const checkUndo = (file: PlanFile, at: At, { scope, undo }: WrittenHook, point: Point): void => {
  if (!undo) return;
  if (scope === 'batch')
    file.no(
      [...at, 'undo'],
      'A batch does not go back as a whole: nothing would run it',
      'Give the hook scope: group.',
    );
  else if (point === 'rollBack') file.no([...at, 'undo'], 'A hook of a rollback is not taken back', 'Take undo out.');
  else if (AT_THE_END.includes(point) && point !== 'signOff')
    file.no([...at, 'undo'], `After ${point} there is no way back: nothing would run it`, 'Take undo out.');
};

const checkTtlOf = (file: PlanFile, at: At, hook: WrittenHook, earlier: readonly WrittenHook[]): void => {
  const name = hook.dns?.ttlOf;
  if (name === undefined) return;
  const of = earlier.filter(({ dns }) => dns).map((each) => each.name);
  if (!of.includes(name))
    file.no(
      [...at, 'dns', 'ttlOf'],
      `"${name}" is no earlier hook that changes DNS`,
      instead(name, of, 'earlier hooks of DNS'),
    );
  else if (hook.scope !== 'vm' || earlier.find((each) => each.name === name)?.scope !== 'vm')
    file.no(
      [...at, 'dns', 'ttlOf'],
      'What a hook found is remembered for a VM only',
      'Give both hooks scope: vm, or write ttl.',
    );
};

const readHook = (
  file: PlanFile,
  at: At,
  hook: WrittenHook,
  earlier: readonly WrittenHook[],
  around: HookSurroundings,
): PlannedHook | null => {
  const { name, scope, hop, order, timeout, mustSucceed, only } = hook;
  if (earlier.some((each) => each.name === name))
    file.no([...at, 'name'], `There is a hook "${name}" already`, 'Give each hook a name of its own.');
  const moment = readMoment(file, [...at, 'at'], hook.at);
  if (moment) {
    checkHop(file, [...at, 'hop'], hop, moment.point, around.longest);
    checkUndo(file, at, hook, moment.point);
  }
  checkTtlOf(file, at, hook, earlier);
  for (const [index, batch] of (only?.batches ?? []).entries())
    if (!around.batches.includes(batch))
      file.no(
        [...at, 'only', 'batches', index],
        `The plan has no batch "${batch}"`,
        instead(batch, around.batches, 'batches'),
      );
  const r = { file, estate: around.estate, ofVm: scope === 'vm' };
  const body = readBody(r, at, hook);
  const undo = hook.undo ? readBody(r, [...at, 'undo'], hook.undo) : undefined;
  if (!moment || !body || undo === null) return null;
  const read: Hook = {
    ...{ name, ...moment, hop, scope, order, mustSucceed, body },
    timeoutMs: timeout ?? (body.kind === 'person' ? null : FIVE_MINUTES_MS),
    ...(undo ? { undo } : {}),
  };
  return {
    ...read,
    only: { batches: only?.batches ?? null, groups: only?.groups ?? null, vms: only?.vms ?? null },
  };
};

/** The hooks in the order of the plan. Where one was refused, so is the plan. */
export const readHooks = (
  file: PlanFile,
  written: readonly WrittenHook[],
  around: HookSurroundings,
): readonly PlannedHook[] => {
  const read = written.map((hook, index) => readHook(file, ['hooks', index], hook, written.slice(0, index), around));
  const sound = read.filter((hook) => hook !== null);
  return sound.length === read.length ? sound : [];
};

/** Groups and VMs are known when vms.csv has been read: a name that nobody bears would never run. */
export const checkHookTargets = (
  file: PlanFile,
  hooks: readonly PlannedHook[],
  vms: readonly { readonly name: string; readonly group: string }[],
): void => {
  for (const [place, hook] of hooks.entries())
    for (const [key, known] of [
      ['groups', vms.map(({ group }) => group)],
      ['vms', vms.map(({ name }) => name)],
    ] as const)
      for (const [index, name] of (hook.only[key] ?? []).entries())
        if (!known.includes(name)) {
          const what = key === 'vms' ? 'VM' : 'group';
          file.no(
            ['hooks', place, 'only', key, index],
            `vms.csv has no ${what} "${name}"`,
            instead(name, [...new Set(known)], `${what}s`),
          );
        }
};
