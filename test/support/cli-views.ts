import type { OpenGate } from '../../domain/gate.ts';
import { newHopRecord } from '../../domain/hop-record.ts';
import type { Listed } from '../../domain/listed.ts';
import type { MigrationView } from '../../workflows/messages.ts';

export const MINUTE = 60_000;
export const NOW = Date.UTC(2030, 0, 5, 21, 30);

/** A VM as visibility shows it. */
export const listed = (change: Partial<Listed> = {}): Listed => ({
  workflowId: `vm/p1/a/${change.id ?? 'src-1'}`,
  id: 'src-1',
  name: 'web-01',
  programme: 'p1',
  batch: 'wave-01',
  group: 'web',
  phase: 'Seeding',
  hop: 1,
  flags: [],
  waitingFor: null,
  owner: 'team-orders',
  startedAt: NOW - 90 * MINUTE,
  run: 'running',
  ...change,
});

export const GATE: OpenGate = {
  name: 'cutover',
  hop: 1,
  round: 0,
  fingerprint: 'abcdef0123456789',
  evidence: { vm: 'web-01', warnings: ['PF-113 It has no recovery point.'] },
  openedAt: NOW - 20 * MINUTE,
  approvers: ['leads'],
};

/** A VM in the outage of its first hop. */
export const view = (change: Partial<MigrationView> = {}): MigrationView => ({
  programme: 'p1',
  batch: 'wave-01',
  group: 'web',
  owner: 'team-orders',
  vm: { id: 'src-1', name: 'web-01' },
  phase: 'CuttingOver',
  hop: 1,
  flags: [],
  waitingFor: null,
  step: 'cut over',
  parked: null,
  gate: null,
  legal: ['rollBack', 'pause'],
  hops: [{ ...newHopRecord(1), item: 'job-1', fence: 'held', cutOver: 'begun' }, newHopRecord(2)],
  outageBudgetMs: 30 * MINUTE,
  findings: [],
  ledger: {
    entries: [{ hop: 1, mark: 'stopOfService', at: NOW - 40 * MINUTE }],
    waits: [{ gate: 'cutover', hop: 1, from: NOW - 60 * MINUTE, to: NOW - 45 * MINUTE }],
    bytes: [
      { hop: 1, round: 0, moved: 3 * 2 ** 30 },
      { hop: 1, round: 1, moved: 5 * 2 ** 20 },
    ],
  },
  decisions: [],
  commands: [],
  refused: [],
  ...change,
});

export const PARKED: NonNullable<MigrationView['parked']> = {
  step: 'cut over',
  hop: 1,
  mishap: {
    class: 'Vendor',
    message: 'The staged VM did not report a heartbeat.',
    changed: 'source is off',
    likely: 'hv_* drivers missing',
    fix: 'Look at its console, then retry.',
    at: 'hyper-v@stage01',
  },
  skippable: false,
  repairable: true,
  forceable: false,
  since: NOW - 10 * MINUTE,
};
