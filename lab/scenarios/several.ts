import type { Scenario } from '../estate/types.ts';
import { azure, bastion, hyperV, prism, veeam } from './ordinary.ts';
import { vmOf } from './vm.ts';

export interface SeveralOptions {
  readonly count: number;
  /** Divides vendor durations; 60 when absent. */
  readonly speed?: number;
}

/** Plain VMs of one kind, `vm-1` to `vm-N`: for runs in which what happens to each is decided from outside. */
export const severalVms = ({ count, speed = 60 }: SeveralOptions): Scenario => ({
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
      disks: [{ gib: 40, dataMib: 4 }],
      nics: [{ on: 'app', host: 51 + index }],
      services: index % 3 === 2 ? ['nginx', 'ssh'] : ['W3SVC', 'LanmanServer'],
      batch: 'several',
      group: 'all',
      owner: 'several-team@contoso.example',
    }),
  ),
});
