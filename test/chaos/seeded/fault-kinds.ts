import type { Fault } from '../../../lab/estate/types.ts';
import { ARM, ARM_PROJECT, GUEST, HYPER_V, PRISM, SHELLS, VEEAM_REST, VEEAM_SHELL } from './calls.ts';

/** Where a fault may strike. One that strikes a VM of the plan names it; the others take the next that comes. */
export interface Place {
  readonly point: string;
  readonly strikesVm?: true;
  readonly detail?: Fault['detail'];
}

export interface FaultKind {
  readonly kind: Fault['kind'];
  readonly places: readonly Place[];
  /** The other kinds come as often as this one says, one when absent. */
  readonly share?: number;
  /**
   * How it is expected to be answered.
   * - `itself`   the product of ours observes, and asks again; nobody is asked
   * - `person`   it parks and says so; a person retries, repairs, forces off or rolls back
   * - `either`   by itself where it can be told what happened, else by a person
   */
  readonly answer: 'itself' | 'person' | 'either';
}

const at = (points: readonly string[], detail?: Fault['detail']): readonly Place[] =>
  points.map((point) => ({ point, ...(detail && { detail }) }));

const ofVm = (points: readonly string[], detail?: Fault['detail']): readonly Place[] =>
  points.map((point) => ({ point, strikesVm: true, ...(detail && { detail }) }));

const afterEach = (points: readonly string[], events: readonly string[]): readonly Place[] =>
  points.flatMap((point) => events.map((after) => ({ point, detail: { after } })));

const CALLS = [...PRISM, ...VEEAM_REST, ...VEEAM_SHELL, ...HYPER_V, ...ARM];
const HTTP = [...PRISM, ...VEEAM_REST, ...ARM, ...ARM_PROJECT];

/** Every kind of fault: what it is called in the lab, where it may strike, and how it is expected to be answered. */
export const FAULT_KINDS: readonly FaultKind[] = [
  { kind: 'refused', places: at([...CALLS, ...GUEST]), share: 3, answer: 'person' },
  { kind: 'slow', places: at(CALLS, { ms: 90_000 }), share: 2, answer: 'itself' },
  {
    kind: 'throttled',
    places: [...at(HTTP, { retryAfter: 1 }), ...at(VEEAM_SHELL)],
    share: 2,
    answer: 'either',
  },
  { kind: 'errorAfterEffect', places: at([...CALLS, ...GUEST, ...ARM_PROJECT]), share: 5, answer: 'either' },
  { kind: 'dropAnswer', places: at([...HTTP, ...GUEST]), share: 4, answer: 'itself' },
  { kind: 'shellDies', places: at(SHELLS), share: 2, answer: 'itself' },
  { kind: 'shellDiesAfterEffect', places: at(SHELLS), share: 3, answer: 'itself' },
  {
    kind: 'reboot',
    places: [
      ...afterEach(['host.ahv'], ['run.started', 'job.created']),
      ...afterEach(['host.hyper-v'], ['mount.ready', 'mount.migrated', 'item.created', 'item.protected']),
      ...afterEach(['host.azure-local'], ['failover.ended', 'item.removed']),
    ],
    answer: 'either',
  },
  {
    kind: 'diskFull',
    places: [...ofVm(['veeam.run', 'arm.replication', 'arm.failover']), ...at(['hyper-v.Start-VM'])],
    answer: 'person',
  },
  { kind: 'noLicence', places: ofVm(['veeam.run']), answer: 'person' },
  { kind: 'noBoot', places: ofVm(['boot.hyper-v', 'boot.azure-local', 'boot.ahv']), answer: 'person' },
  { kind: 'wrongAddress', places: ofVm(['address.hyper-v', 'address.azure-local']), answer: 'either' },
  // The first copy reads everything anyway.
  { kind: 'lostCbt', places: ofVm(['veeam.run', 'arm.replication'], { skip: 1 }), answer: 'itself' },
  {
    kind: 'stuckProgress',
    places: [...ofVm(['veeam.run', 'arm.replication']), ...at(['prism.guest-shutdown', 'prism.power-on'])],
    answer: 'person',
  },
  {
    kind: 'guestRefuses',
    places: ofVm(['shutdown.ahv', 'shutdown.hyper-v', 'shutdown.azure-local', 'arm.failover']),
    answer: 'person',
  },
  {
    kind: 'failoverFails',
    places: [
      'Prerequisite check',
      'Starting failover',
      'Preparing protected entities',
      'Turning on resource on recovery',
    ].flatMap((task) => ofVm(['arm.failover'], { task })),
    answer: 'person',
  },
  {
    kind: 'clockOff',
    places: ['clock.prism', 'clock.veeam'].flatMap((point) =>
      [-7_200_000, -240_000, 90_000, 86_400_000].map((ms) => ({ point, detail: { ms } })),
    ),
    answer: 'itself',
  },
  {
    kind: 'sourcePoweredOn',
    places: [
      ...[0, 60_000, 300_000, 900_000].flatMap((afterMs) => ofVm(['admin.power-on.ahv'], { afterMs })),
      // Before it is fenced a staged VM that its mover stopped still has its network: nobody can keep an admin from it.
      ...ofVm(['admin.power-on.hyper-v'], { after: 'item.removed' }),
    ],
    answer: 'person',
  },
];
