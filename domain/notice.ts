import type { SecretRef } from './estate.ts';
import type { Window } from './window.ts';

/**
 * - `decision`      a gate, or a step of a person, waits
 * - `reminder`      it still waits after the time the plan gives it
 * - `escalation`    others may open it too, for nobody has
 * - `parked`        a step failed and waits for an answer
 * - `stalled`       nothing moves
 * - `failed`        a migration is gone without an end: what stands in the estate is unknown
 * - `batchStarted`, `batchOver`
 * - `breach`        a host is beyond its limits: nothing new begins
 * - `finding`       something the daily check found that it had not found before
 * - `daily`         the daily check as a whole
 */
export const NOTICE_KINDS = [
  'decision',
  'reminder',
  'escalation',
  'parked',
  'stalled',
  'failed',
  'batchStarted',
  'batchOver',
  'breach',
  'finding',
  'daily',
] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

/** What happened, and waits for nobody: told once, also where it is over when it is told. */
const EVENTS: readonly NoticeKind[] = ['batchStarted', 'batchOver', 'finding', 'daily'];

/** Minutes of the local day between which nothing is sent; over midnight where it begins later than it ends. */
export interface Quiet {
  readonly from: number;
  readonly to: number;
  readonly zone: string;
}

interface Subscription {
  readonly name: string;
  /** `owners`: what concerns a VM; by mail each owner gets their own. Names: what asks these, or is theirs. */
  readonly for: 'all' | 'owners' | readonly string[];
  readonly kinds: readonly NoticeKind[];
  readonly quiet?: Quiet;
  /** What comes within this time of the first goes in one message, ms. */
  readonly batchMs: number;
  readonly ca?: string;
}

export interface WebReceiver extends Subscription {
  readonly kind: 'webhook' | 'teams' | 'slack';
  /** The address is a secret: whoever knows it may write there. */
  readonly url: SecretRef;
  /** Signs what a webhook is sent. */
  readonly signature?: { readonly header: string; readonly key: SecretRef };
}

export interface MailReceiver extends Subscription {
  readonly kind: 'smtp';
  /** `mail.example:587`, or a reference to it. */
  readonly host: string;
  readonly security: 'starttls' | 'tls';
  readonly login?: { readonly user: SecretRef; readonly password: SecretRef };
  readonly from: string;
  readonly to: readonly string[];
}

export type Receiver = WebReceiver | MailReceiver;

/** Something that people are told of. `id` names it for good: the same gate opened anew is another. Times are ms. */
export interface Matter {
  readonly id: string;
  readonly kind: NoticeKind;
  /** Which VM, group or batch. */
  readonly subject: string;
  /** What is asked, or what happened. */
  readonly says: string;
  readonly since: number;
  readonly owner: string | null;
  /** Who is asked; anyone when empty. */
  readonly asked: readonly string[];
  readonly command: string | null;
  /** Since when service was down, were it down in one piece, and how long the plan allows; null: it is not down. */
  readonly outage: { readonly since: number; readonly budgetMs: number } | null;
  /** The window its cut-over waits for or is in. */
  readonly window: Window | null;
  /** From then on an approval comes too late. */
  readonly expiresAt: number | null;
}

export const isEvent = ({ kind }: Pick<Matter, 'kind'>): boolean => EVENTS.includes(kind);

export const wants = (receiver: Receiver, matter: Matter): boolean => {
  if (!receiver.kinds.includes(matter.kind)) return false;
  if (receiver.for === 'all') return true;
  if (receiver.for === 'owners') return matter.owner !== null;
  return receiver.for.some((name) => name === matter.owner || matter.asked.includes(name));
};

const ADDRESS = /^[^\s@<>,;:"()[\]\\]+@[^\s@<>,;:"()[\]\\]+$/;

export const isMailAddress = (text: string): boolean => ADDRESS.test(text);

/** Whom of a receiver a matter goes to: its owner's own address, or null for the receiver as the plan has it. */
export const addresseeOf = (receiver: Receiver, { owner }: Matter): string | null =>
  receiver.kind === 'smtp' && receiver.for === 'owners' && owner !== null && isMailAddress(owner) ? owner : null;

export const isQuiet = (quiet: Pick<Quiet, 'from' | 'to'> | undefined, minute: number): boolean => {
  if (!quiet) return false;
  const { from, to } = quiet;
  return from <= to ? minute >= from && minute < to : minute >= from || minute < to;
};
