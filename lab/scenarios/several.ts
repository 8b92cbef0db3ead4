import type { Scenario } from '../estate/scenario.ts';
import { azure, bastion, hyperV, prism, veeam } from './ordinary.ts';
import { vmOf } from './vm.ts';

export interface SeveralOptions {
  readonly count: number;
  /** Off and without data: thousands of them start within seconds, for whoever only lists them. */
  readonly idle?: boolean;
  /** Dealt out in turn to `g1` to `gN`; all are in one group when absent. */
  readonly groups?: number;
  /** Divides vendor durations; 60 when absent. */
  readonly speed?: number;
}

/** VMs that the lab's network for applications has addresses for; the others are on the one that keeps them, where they come again. */
const ADDRESSES = 200;

/** Plain VMs of one kind, `vm-1` to `vm-N`: for runs in which what happens to each is decided from outside. */
export const severalVms = ({ count, idle = false, groups, speed = 60 }: SeveralOptions): Scenario => ({
  name: 'several',
  speed,
  prism,
  veeam,
  hyperV,
  azure,
  bastion,
  vms: Array.from({ length: count }, (_, index) =>
    vmOf({
      name: `vm-${index + 1}`,
      os: index % 3 === 2 ? 'linux' : 'windows',
      power: idle ? 'off' : 'on',
      disks: [{ gib: 40, dataMib: idle ? 0 : 4 }],
      nics: [{ on: index < ADDRESSES ? 'app' : 'db', host: 51 + (index % ADDRESSES) }],
      services: index % 3 === 2 ? ['nginx', 'ssh'] : ['W3SVC', 'LanmanServer'],
      batch: 'several',
      group: groups === undefined ? 'all' : `g${1 + (index % groups)}`,
      owner: 'several-team@contoso.example',
    }),
  ),
});
