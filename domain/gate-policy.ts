export const GATES = [
  'cutover',
  'forceOff',
  'go',
  'signOff',
  'rollBack',
  'discardStaged',
  'forceRemove',
  'decommission',
] as const;

/**
 * - `cutover`        stops the predecessor: the outage begins
 * - `forceOff`       pulls the plug of a guest that will not shut down
 * - `go`             the successor is good: commit the hop and go on
 * - `signOff`        the owner accepts the last landing: the last mover's undo is given up
 * - `rollBack`       goes back after the successor has had the production network: its writes are lost
 * - `discardStaged`  deletes the staged copy
 * - `forceRemove`    removes an object whose product does not let go of it
 * - `decommission`   deletes the source after the hold
 */
export type GateName = (typeof GATES)[number];

/** Fixed by what the gate lets through, never by a plan. */
export const IRREVERSIBLE: Readonly<Record<GateName, boolean>> = {
  cutover: true,
  forceOff: true,
  go: false,
  signOff: true,
  rollBack: true,
  discardStaged: true,
  forceRemove: true,
  decommission: true,
};

/** What an approval must say where the plan asks for it. */
export const NEEDS = ['comment', 'ticket'] as const;

export type Need = (typeof NEEDS)[number];

/** What a gate asks of those who decide. Absent fields ask nothing: one approver, whenever it suits. Times are ms from its opening. */
export interface GatePolicy {
  /** Names of people or groups as the identity provider writes them. */
  readonly approvers: readonly string[];
  readonly irreversible: boolean;
  /**
   * `group`: the VMs of a group are decided on together, at their batch; `batch`: all of the batch are. A VM on its own; when absent.
   */
  readonly scope?: 'vm' | 'group' | 'batch';
  /** So many different people must approve. */
  readonly quorum?: number;
  /** Who asked for the thing may not approve it. */
  readonly notRequester?: boolean;
  readonly needs?: readonly Need[];
  readonly remindMs?: number;
  /** Then these may open it too. */
  readonly escalateMs?: number;
  readonly escalateTo?: readonly string[];
  /** The gate closes and opens again for what is there then. What was approved by then and not used is void too. */
  readonly expireMs?: number;
  /** Evidence older than this is gathered anew, as at an expiry. */
  readonly maxAgeMs?: number;
  /** The plan itself opens it: only what can be undone. */
  readonly automatic?: boolean;
}

export type Gates = Readonly<Record<GateName, GatePolicy>>;
