import type { Hook, HookBody } from '../../domain/hook.ts';
import type { Quiet, Receiver } from '../../domain/notice.ts';
import type { Plan } from '../../domain/plan.ts';
import { instead } from '../text/nearest.ts';
import { wrongZone } from '../text/zones.ts';
import type { WrittenReceiver } from './notice-schema.ts';
import type { PlanFile } from './plan-file.ts';

type At = readonly PropertyKey[];

const minuteOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));

const readQuiet = (file: PlanFile, at: At, { from, to, zone }: NonNullable<WrittenReceiver['quiet']>): Quiet | null => {
  const unknown = wrongZone(zone);
  if (unknown) return file.no([...at, 'zone'], unknown.wrong, unknown.fix);
  if (from === to) return file.no([...at, 'to'], 'It begins when it ends', 'Write another time, or take quiet out.');
  return { from: minuteOf(from), to: minuteOf(to), zone };
};

const LONGEST_BATCH_MS = 3_600_000;

const WEB = ['url', 'signature'] as const;
const MAIL = ['host', 'security', 'login', 'from', 'to'] as const;

const MEANT: Readonly<Record<WrittenReceiver['kind'], readonly PropertyKey[]>> = {
  webhook: WEB,
  teams: ['url'],
  slack: ['url'],
  smtp: MAIL,
};

/** What a receiver of this kind has no use for is a mistake, and one that goes unseen. */
const refuseStray = (file: PlanFile, at: At, written: WrittenReceiver): boolean => {
  const stray = [...WEB, ...MAIL].find((key) => written[key] !== undefined && !MEANT[written.kind].includes(key));
  if (stray !== undefined)
    file.no([...at, stray], `A receiver of kind ${written.kind} has no ${stray}`, 'Take it out.');
  return stray !== undefined;
};

/** The fields of its kind; null where one is missing, which was said. */
const readKind = (file: PlanFile, at: At, written: WrittenReceiver) => {
  const { kind, url, signature, host, security = 'starttls', login, from, to } = written;
  if (refuseStray(file, at, written)) return null;
  if (kind !== 'smtp')
    return url === undefined
      ? file.no(at, `A receiver of kind ${kind} needs its url`, 'Add url: env:NAME, and put the address there.')
      : { kind, url, ...(signature ? { signature } : {}) };
  return host === undefined || from === undefined || to === undefined
    ? file.no(at, 'A receiver of kind smtp needs host, from and to', 'Add those that are missing.')
    : { kind, host, security, from, to, ...(login ? { login } : {}) };
};

const readReceiver = (
  file: PlanFile,
  at: At,
  written: WrittenReceiver,
  earlier: readonly WrittenReceiver[],
): Receiver | null => {
  const { name, kinds, ca, quiet, batch: batchMs } = written;
  if (earlier.some((one) => one.name === name))
    return file.no([...at, 'name'], `There is a receiver "${name}" already`, 'Give each a name of its own.');
  if (batchMs > LONGEST_BATCH_MS)
    return file.no([...at, 'batch'], 'Who waits longer than an hour is told too late', 'Write 1h or less.');
  const ofKind = readKind(file, at, written);
  const read = quiet && readQuiet(file, [...at, 'quiet'], quiet);
  if (!ofKind || read === null) return null;
  const { for: whom } = written;
  return { ...ofKind, ...{ name, kinds, for: whom, batchMs }, ...(ca ? { ca } : {}), ...(read ? { quiet: read } : {}) };
};

/** The receivers in the order of the plan. Where one was refused, so is the plan. */
export const readNotices = (file: PlanFile, written: readonly WrittenReceiver[]): readonly Receiver[] =>
  written
    .map((receiver, index) => readReceiver(file, ['notices', index], receiver, written.slice(0, index)))
    .filter((receiver) => receiver !== null);

const roleOf = (body: HookBody | undefined): readonly string[] => (body?.kind === 'person' ? [body.role] : []);

const rolesOf = ({ gates, hooks = [], order }: Pick<Plan, 'gates' | 'hooks' | 'order'>): readonly string[] => [
  ...Object.values(gates).flatMap(({ approvers, escalateTo = [] }) => [...approvers, ...escalateTo]),
  ...hooks.flatMap(({ body, undo }: Hook) => [...roleOf(body), ...roleOf(undo)]),
  ...(order?.stopWave?.approvers ?? []),
];

/** Owners are known when vms.csv has been read: a receiver for somebody who is never asked and owns nothing would hear nothing. */
export const checkNoticeNames = (
  file: PlanFile,
  plan: Pick<Plan, 'gates' | 'hooks' | 'order' | 'notices'>,
  owners: readonly string[],
): void => {
  const known = [...new Set([...rolesOf(plan), ...owners])];
  for (const [place, receiver] of (plan.notices ?? []).entries())
    for (const [index, name] of (typeof receiver.for === 'string' ? [] : receiver.for).entries())
      if (!known.includes(name))
        file.no(
          ['notices', place, 'for', index],
          `"${name}" approves nothing, does no step of a hook and owns no VM: nothing would be told`,
          instead(name, known, 'approvers, roles and owners'),
        );
};
