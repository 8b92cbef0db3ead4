import {
  ActivityCancellationType,
  type ActivityOptions,
  type ApplicationFailure,
  proxyActivities,
} from '@temporalio/workflow';
import type { CmdletHooks, DnsHooks, HttpHooks } from '../activities/contracts/hooks.ts';
import { queueOf } from '../domain/address.ts';
import { fitsType, nameInZone, wantedRecords } from '../domain/dns-record.ts';
import type { CmdletsBody, DnsBody, FoundRecords, Hook, HookBody, HttpBody, PersonBody } from '../domain/hook.ts';
import { fillCalls, fillJson, fillPath, fillText, NoValue, type Values } from '../domain/hook-values.ts';
import type { Policies } from '../domain/plan.ts';
import { failureOf } from './failure.ts';

/** What a hook is run with, for a VM or for a group. */
export interface HookRunning {
  readonly name: string;
  readonly token: string;
  readonly vm: { readonly name: string };
  readonly values: Values;
  readonly policies: Policies;
  readonly timeoutMs: number | null;
  /** What DNS said before an earlier attempt changed anything; null when this is the first. */
  readonly found: FoundRecords | null;
  /** Told before anything is changed. */
  readonly remember: (found: FoundRecords) => void;
  /** What another hook of the VM found; undefined: it did not run. */
  readonly foundBy: (hook: string) => FoundRecords | null | undefined;
  /** Waits for a person; answers with what they said. */
  readonly ask: (body: PersonBody) => Promise<string | null>;
}

const FIVE_MINUTES_MS = 300_000;

/** Fails the hook it is called in, with nothing done. */
const wrongHook = (message: string, fix: string): ApplicationFailure =>
  failureOf({ class: 'Configuration', message, changed: 'nothing', fix });

const options = (taskQueue: string, { policies, timeoutMs }: HookRunning, attempts?: number): ActivityOptions => ({
  taskQueue,
  startToCloseTimeout: timeoutMs ?? FIVE_MINUTES_MS,
  // No agent, or one that gets no answer: the hook fails and the journey is not held for ever.
  scheduleToCloseTimeout: timeoutMs ?? FIVE_MINUTES_MS,
  heartbeatTimeout: policies.heartbeatMs,
  retry: {
    initialInterval: policies.pollMs,
    backoffCoefficient: 1,
    ...(attempts === undefined ? {} : { maximumAttempts: attempts }),
  },
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
});

const request = async (body: HttpBody, r: HookRunning): Promise<string> => {
  const { request: send } = proxyActivities<HttpHooks>(options(queueOf(body.on), r));
  const { status } = await send.executeWithOptions({ summary: `hook ${r.name}: ${body.method}` }, [
    {
      to: body.on,
      token: r.token,
      vm: r.vm,
      method: body.method,
      path: fillPath(body.path, r.values),
      ...(body.body === undefined ? {} : { body: fillJson(body.body, r.values) }),
      expect: body.expect,
    },
  ]);
  return `answered ${status}`;
};

const cmdlets = async (body: CmdletsBody, r: HookRunning): Promise<string> => {
  const verbs = proxyActivities<CmdletHooks>(options(queueOf(body.on), r, body.repeatable ? undefined : 1));
  const { ran } = await verbs.runCmdlets.executeWithOptions({ summary: `hook ${r.name}: cmdlets` }, [
    { to: body.on, token: r.token, vm: r.vm, calls: fillCalls(body.calls, r.values), repeatable: body.repeatable },
  ]);
  return `${ran} cmdlets ran`;
};

const recordsOrder = (body: DnsBody, r: HookRunning, name: string) => ({
  to: body.on,
  token: r.token,
  vm: r.vm,
  zone: body.zone,
  name,
  type: body.type,
});

/** What the record shall hold: a value that does not fit its type is nothing that DNS should be asked. */
const dataOf = (body: DnsBody, r: HookRunning): { readonly data?: string | null } => {
  if (body.data === undefined || body.data === null) return body.data === null ? { data: null } : {};
  const data = fillText(body.data, r.values);
  if (!fitsType(body.type, data))
    throw wrongHook(`Hook ${r.name}: "${data}" is nothing that a record of type ${body.type} holds.`, 'Correct it.');
  return { data };
};

const ttlOf = (body: DnsBody, r: HookRunning): { readonly ttlMs?: number | null } => {
  if (body.ttlOf === undefined) return body.ttlMs === undefined ? {} : { ttlMs: body.ttlMs };
  const before = r.foundBy(body.ttlOf)?.records[0];
  // What was never lowered stays as it is.
  return before ? { ttlMs: before.ttlMs } : {};
};

/** Read first and kept, then changed: an attempt whose answer was lost knows what was there before it. */
const dns = async (body: DnsBody, r: HookRunning): Promise<string> => {
  const verbs = proxyActivities<DnsHooks>(options(queueOf(body.on), r));
  const written = fillText(body.name, r.values);
  const name = nameInZone(written, body.zone);
  if (name === null)
    throw wrongHook(`Hook ${r.name}: "${written}" is no name in the zone ${body.zone}.`, 'Correct name or zone.');
  const change = { ...dataOf(body, r), ...ttlOf(body, r) };
  const before =
    r.found?.records ??
    (
      await verbs.readRecords.executeWithOptions({ summary: `hook ${r.name}: ${name} as it is` }, [
        recordsOrder(body, r, name),
      ])
    ).records;
  const known = { name, records: before, wanted: wantedRecords(before, change) };
  // What an earlier attempt wanted may stand there by now, and was another thing if the plan was edited meanwhile.
  const found = [...before, ...(r.found?.wanted ?? [])];
  r.remember(known);
  if (change.data === undefined && known.records.length === 0)
    throw wrongHook(
      `Hook ${r.name}: ${body.zone} has no ${body.type} record ${name} to change.`,
      'Give it an address.',
    );
  await verbs.changeRecords.executeWithOptions({ summary: `hook ${r.name}: ${body.type} ${name}` }, [
    { ...recordsOrder(body, r, name), found, wanted: known.wanted },
  ]);
  return `${body.type} ${name}.${body.zone}: ${known.wanted.map(({ data }) => data).join(', ') || 'none'}`;
};

/** Gives back what DNS said before. */
const restoreRecords = async (body: DnsBody, r: HookRunning, found: FoundRecords): Promise<void> => {
  const verbs = proxyActivities<DnsHooks>(options(queueOf(body.on), r));
  await verbs.changeRecords.executeWithOptions({ summary: `undo hook ${r.name}: ${body.type} ${found.name}` }, [
    { ...recordsOrder(body, r, found.name), found: found.wanted, wanted: found.records },
  ]);
};

/** Does what a hook says; answers with what is worth keeping of it. */
export const doBody = async (body: HookBody, r: HookRunning): Promise<string | null> => {
  try {
    if (body.kind === 'http') return await request(body, r);
    if (body.kind === 'cmdlets') return await cmdlets(body, r);
    if (body.kind === 'dns') return await dns(body, r);
    return await r.ask(body);
  } catch (error) {
    if (!(error instanceof NoValue)) throw error;
    throw wrongHook(`Hook ${r.name}: ${error.message}.`, 'Correct the plan for this VM, or do it by hand and skip.');
  }
};

/** Takes back what a hook did: by what the plan says, or what DNS said before. */
export const undoBody = async (
  { body, undo }: Hook,
  r: HookRunning,
  found: FoundRecords | null,
): Promise<string | null> => {
  if (undo) return doBody(undo, r);
  if (body.kind === 'dns' && found) await restoreRecords(body, r, found);
  return null;
};
