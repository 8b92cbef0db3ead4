/** What a plan lets happen before and after the points of a hop: for a VM, or once for its group or batch. Pure: which, where, in what order. */

import type { Address } from './address.ts';
import type { RecordType, ResourceRecord } from './dns-record.ts';
import type { RollbackStep } from './rollback.ts';

export const POINTS = [
  'protect',
  'cutOver',
  'connect',
  'validate',
  'go',
  'commit',
  'signOff',
  'hold',
  'decommission',
  'rollBack',
] as const;

/**
 * - `protect`       the mover's object is made and the first copy begins
 * - `cutOver`       the predecessor is stopped: its outage begins; after it the successor exists and the predecessor is off
 * - `connect`       the successor gets the production network; a mover that switches does that with its cut-over
 * - `validate`      the landing is checked
 * - `go`            a person accepts a landing that is not the last
 * - `commit`        the mover's own undo is given up
 * - `signOff`       the owner accepts the last landing
 * - `hold`          the source is kept, off and fenced
 * - `decommission`  the source is deleted
 * - `rollBack`      the hop goes back to its predecessor
 */
export type Point = (typeof POINTS)[number];
export type Moment = 'before' | 'after';

/** Points that come once in a journey, after its last hop. */
export const AT_THE_END: readonly Point[] = ['signOff', 'hold', 'decommission'];

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** Texts of `path` and `body` may hold placeholders: `hook-values.ts`. */
export interface HttpBody {
  readonly kind: 'http';
  readonly on: Address<'hooks'>;
  readonly method: (typeof METHODS)[number];
  /** After the endpoint of the instance, with its own query. */
  readonly path: string;
  readonly body?: Json;
  /** Status codes that say it was done. */
  readonly expect: readonly number[];
}

export interface HookReference {
  readonly $ref: string;
  readonly where?: Readonly<Record<string, string | number | boolean>>;
  readonly property?: string;
}

export type HookParameter = string | number | boolean | null | HookReference | readonly HookParameter[];

/** One cmdlet of the catalogue of the queue it runs on. */
export interface HookCall {
  readonly id: string;
  readonly cmdlet: string;
  readonly parameters: Readonly<Record<string, HookParameter>>;
}

export interface CmdletsBody {
  readonly kind: 'cmdlets';
  readonly on: Address;
  readonly calls: readonly HookCall[];
  /** Running the list twice does no more than running it once. Else a lost answer is for a person. */
  readonly repeatable: boolean;
}

/** `data` absent keeps what is there, null takes it away. `ttlMs` absent keeps what was found. */
export interface DnsBody {
  readonly kind: 'dns';
  readonly on: Address<'dns'>;
  readonly zone: string;
  readonly name: string;
  readonly type: RecordType;
  readonly data?: string | null;
  readonly ttlMs?: number;
  /** Name of an earlier hook: gives back the TTL that it found. */
  readonly ttlOf?: string;
}

export interface PersonBody {
  readonly kind: 'person';
  readonly text: string;
  readonly role: string;
  /** Milliseconds after which it is overdue; it goes on waiting. */
  readonly dueMs?: number;
}

export type HookBody = HttpBody | CmdletsBody | DnsBody | PersonBody;

export interface Hook {
  readonly name: string;
  readonly when: Moment;
  readonly point: Point;
  readonly hop: number | 'every';
  readonly scope: 'vm' | 'group' | 'batch';
  /** Lower comes first; equal ones come as the plan lists them. */
  readonly order: number;
  /** Milliseconds until it counts as failed. A person has no time-out where the plan gives none. */
  readonly timeoutMs: number | null;
  /** False: its failure is recorded as a finding and the journey goes on. */
  readonly mustSucceed: boolean;
  readonly body: HookBody;
  /** What a rollback does about it. A DNS change is taken back by itself. */
  readonly undo?: HookBody;
}

/** What DNS said before a change, which is the way back, and what it was made. `name` is as the zone holds it. */
export interface FoundRecords {
  readonly name: string;
  readonly records: readonly ResourceRecord[];
  readonly wanted: readonly ResourceRecord[];
}

/** `begun` is set before the hook runs, so that a lost answer never makes a rollback forget it. `refused` changed nothing. */
export type HookState = 'begun' | 'done' | 'failed' | 'refused' | 'skipped' | 'undone';

/** What became of one hook. */
export interface HookRun {
  readonly name: string;
  readonly token: string;
  readonly hop: number;
  readonly round: number;
  readonly when: Moment;
  readonly point: Point;
  state: HookState;
  /** Done, passed over or noted: when its moment comes again, it does not run again. */
  over: boolean;
  at: number;
  /** Null for other kinds than DNS, and until it was read. */
  found: FoundRecords | null;
  /** Of a hook that runs once for many: how often it was begun. */
  tries: number;
  /** Why it failed, or what a person said. */
  note: string | null;
  /** A person turned elsewhere while it was under way. */
  brokenOff?: boolean;
}

export interface Moments {
  readonly when: Moment;
  readonly point: Point;
  readonly hop: number;
}

/** The hooks of one moment, in the order they run. */
export const hooksOf = (hooks: readonly Hook[], { when, point, hop }: Moments): readonly Hook[] =>
  hooks
    .filter((each) => each.when === when && each.point === point && (each.hop === 'every' || each.hop === hop))
    .map((hook, place) => ({ hook, place }))
    .sort((a, b) => a.hook.order - b.hook.order || a.place - b.place)
    .map(({ hook }) => hook);

/** A change of DNS knows its own way back; nothing does for a batch, which does not go back as a whole. */
export const hasUndo = (hook: Hook): boolean =>
  hook.scope !== 'batch' && hook.point !== 'rollBack' && (hook.undo !== undefined || hook.body.kind === 'dns');

/** It may have had an effect that stands. */
const mayStand = ({ state }: HookRun): boolean => state !== 'refused' && state !== 'undone';

/** What a rollback of one hop takes back, the last one first: only what ran there. */
export const undosOf = (
  hooks: readonly Hook[],
  runs: readonly HookRun[],
  hop: number,
): readonly { readonly hook: Hook; readonly run: HookRun }[] =>
  runs
    .filter((run) => run.hop === hop && mayStand(run))
    .flatMap((run) => {
      const hook = hooks.find(({ name }) => name === run.name);
      return hook && hasUndo(hook) ? [{ hook, run }] : [];
    })
    .reverse();

/** What a rollback does beside its own steps. */
export type HookAct = 'hooksBefore' | 'undoHooks' | 'hooksAfter';

const SERVES_AGAIN: readonly RollbackStep[] = ['reconnectPredecessor', 'startPredecessor'];

/**
 * The steps of a rollback with its hooks: those before it when the loss was accepted, the undos when the predecessor serves again and
 * before it is checked, for names and load balancers go back then. U §1.7
 */
export const withHooks = (steps: readonly RollbackStep[]): readonly (RollbackStep | HookAct)[] => {
  const accepted = steps.indexOf('approveLoss') + 1;
  const serves = Math.max(...SERVES_AGAIN.map((step) => steps.lastIndexOf(step))) + 1;
  const undoAt = Math.max(accepted, serves);
  return [
    ...steps.slice(0, accepted),
    'hooksBefore',
    ...steps.slice(accepted, undoAt),
    'undoHooks',
    ...steps.slice(undoAt),
    'hooksAfter',
  ];
};

/** A hook stands beside the runbook: what stops or removes has a step and a gate of its own. Records of DNS come and go. */
export const mayRunInHook = (cmdlet: string): boolean =>
  /^\w+-DnsServer/i.test(cmdlet) || !/^(Remove|Stop|Clear|Reset|Uninstall|Unregister|Dismount|Move)-/i.test(cmdlet);

/** Queues that these hooks need, each once. */
export const queuesOfHooks = (hooks: readonly Hook[]): readonly string[] => [
  ...new Set(
    hooks
      .flatMap(({ body, undo }) => [body, ...(undo ? [undo] : [])])
      .flatMap((body) => (body.kind === 'person' ? [] : [`${body.on.product}@${body.on.instance}`])),
  ),
];
