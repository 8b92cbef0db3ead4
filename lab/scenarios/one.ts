import type { Behaviour, Scenario } from '../estate/scenario.ts';
import { azure, bastion, hyperV, prism, veeam } from './ordinary.ts';
import { vmOf } from './vm.ts';

export interface OneVmOptions {
  readonly os?: 'windows' | 'linux';
  /** Divides vendor durations; 60 when absent. */
  readonly speed?: number;
  readonly power?: 'on' | 'off';
  readonly behaviour?: Behaviour;
  /** Initial data on the system disk, MiB. */
  readonly dataMib?: number;
}

/** One VM with two disks and one adapter that gets a new address at the target. */
export const oneVm = (options: OneVmOptions = {}): Scenario => {
  const { os = 'windows', speed = 60, power = 'on', behaviour = {}, dataMib = 8 } = options;
  return {
    name: 'one',
    speed,
    prism,
    veeam,
    hyperV,
    azure,
    bastion,
    vms: [
      vmOf({
        name: 'web-01',
        os,
        power,
        behaviour,
        disks: [
          { gib: 40, dataMib },
          { gib: 80, dataMib: Math.ceil(dataMib / 2) },
        ],
        nics: [{ on: 'app', host: 21 }],
        services: os === 'windows' ? ['W3SVC', 'LanmanServer', 'Dnscache'] : ['nginx', 'ssh', 'cron'],
        batch: 'one',
        group: 'web',
        owner: 'web-team@contoso.example',
      }),
    ],
  };
};
