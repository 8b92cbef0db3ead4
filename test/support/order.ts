import { CONTRACT } from '../../domain/address.ts';
import { PURPOSES } from '../../domain/capacity.ts';
import { GATES, type GateName, type GatePolicy, IRREVERSIBLE } from '../../domain/gate-policy.ts';
import type { Landing } from '../../domain/landing.ts';
import type { JourneyOrder } from '../../domain/plan.ts';

const landing = (name: string): Landing => ({
  name,
  cpus: 2,
  memoryMb: 4096,
  generation: 2,
  power: 'on',
  storagePath: 'C:\\ClusterStorage\\Volume1',
  nics: [{ source: 0, network: 'prod', vlan: 20, address: 'keep' }],
  disks: [{ source: 0, storagePath: null }],
});

/** The main path for one scripted VM, with quick polls and a short hold. */
export const scriptedOrder = (change: Partial<JourneyOrder> = {}): JourneyOrder => ({
  programme: 'p1',
  batch: 'b1',
  group: 'g1',
  owner: 'owner@example.org',
  name: 'vm-1',
  source: { id: 'src-1', name: 'vm-1' },
  os: 'linux',
  path: 'main',
  hops: [
    {
      n: 1,
      from: { product: 'ahv', instance: 'a', contract: CONTRACT },
      mover: { product: 'veeam', instance: 'v', contract: CONTRACT },
      to: { product: 'hyper-v', instance: 's', contract: CONTRACT },
      guests: { source: 'a', target: 's' },
      settings: {},
      landing: landing('vm-1_replica'),
      window: null,
    },
    {
      n: 2,
      from: { product: 'hyper-v', instance: 's', contract: CONTRACT },
      mover: { product: 'azure-migrate', instance: 'm', contract: CONTRACT },
      to: { product: 'azure-local', instance: 'l', contract: CONTRACT },
      guests: { source: 's', target: 'l' },
      settings: {},
      landing: landing('vm-1'),
      window: null,
    },
  ],
  policies: {
    pollMs: 50,
    heartbeatMs: 2_000,
    noProgressMs: 5_000,
    graceMs: 2_000,
    bootMs: 5_000,
    steadyMs: 1_000,
    lagMs: 3_600_000,
    rollbackMs: 60_000,
    holdMs: 200,
    outageBudgetMs: 60_000,
    reconcileMs: 3_600_000,
    seats: { staging: 10, stagingBytes: 2 ** 42, moverOperations: 4, cutovers: 4 },
  },
  gates: Object.fromEntries(
    GATES.map((name): [GateName, GatePolicy] => [name, { approvers: ['ops'], irreversible: IRREVERSIBLE[name] }]),
  ) as JourneyOrder['gates'],
  trustNamespace: true,
  outageBudgetMs: 60_000,
  smoke: { kind: 'none', target: '', expect: '' },
  serveWhileMounted: false,
  leases: PURPOSES,
  ...change,
});
