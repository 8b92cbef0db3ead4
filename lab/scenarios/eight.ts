import type { Scenario } from '../estate/scenario.ts';
import { azure, bastion, hyperV, prism, veeam } from './ordinary.ts';
import { vmOf } from './vm.ts';

export interface EightOptions {
  /** Divides vendor durations; 60 when absent. */
  readonly speed?: number;
  /** Copies of a few megabytes take seconds and can be watched. */
  readonly watched?: boolean;
}

const SLOWER = { backup: 6, replication: 4 };

const shop = { batch: 'wave-1', group: 'shop', owner: 'shop-team@contoso.example' };
const office = { batch: 'wave-1', group: 'office', owner: 'office-team@contoso.example' };

/**
 * Eight VMs in two groups, with what makes a night interesting: several disks, two adapters of which one is readdressed, one that is off,
 * two with the same display name, one Linux, one that refuses to shut down and one that hangs on its first boot.
 */
export const eightVms = ({ speed = 60, watched = false }: EightOptions = {}): Scenario => ({
  name: 'eight',
  speed,
  prism,
  veeam: watched ? { ...veeam, backupRate: veeam.backupRate / SLOWER.backup } : veeam,
  hyperV,
  azure: watched ? { ...azure, replicationRate: azure.replicationRate / SLOWER.replication } : azure,
  bastion,
  vms: [
    vmOf({
      ...shop,
      name: 'sql-01',
      os: 'windows',
      cpus: 4,
      memoryMb: 16_384,
      disks: [
        { gib: 60, dataMib: 4 },
        { gib: 200, dataMib: 8 },
        { gib: 100, dataMib: 4 },
      ],
      nics: [
        { on: 'app', host: 31 },
        { on: 'db', host: 31 },
      ],
      services: ['MSSQLSERVER', 'SQLSERVERAGENT', 'LanmanServer'],
      storagePath: 'storage-b',
    }),
    vmOf({
      ...shop,
      name: 'app-01',
      os: 'windows',
      cpus: 4,
      memoryMb: 8192,
      disks: [
        { gib: 60, dataMib: 4 },
        { gib: 40, dataMib: 2 },
      ],
      nics: [{ on: 'app', host: 32 }],
      services: ['W3SVC', 'LanmanServer'],
      behaviour: { refusesShutdown: true },
    }),
    vmOf({
      ...shop,
      key: 'web-a',
      name: 'web',
      os: 'windows',
      disks: [{ gib: 40, dataMib: 4 }],
      nics: [{ on: 'app', host: 33 }],
      services: ['W3SVC'],
      targetName: 'web-a',
    }),
    vmOf({
      ...shop,
      key: 'web-b',
      name: 'web',
      os: 'windows',
      disks: [{ gib: 40, dataMib: 4 }],
      nics: [{ on: 'app', host: 34 }],
      services: ['W3SVC'],
      targetName: 'web-b',
    }),
    vmOf({
      ...office,
      name: 'lnx-01',
      os: 'linux',
      disks: [
        { gib: 30, dataMib: 4 },
        { gib: 80, dataMib: 4 },
      ],
      nics: [{ on: 'app', host: 41 }],
      services: ['nginx', 'postgresql', 'ssh'],
    }),
    vmOf({
      ...office,
      name: 'file-01',
      os: 'windows',
      disks: [
        { gib: 60, dataMib: 4 },
        { gib: 300, dataMib: 8 },
      ],
      nics: [{ on: 'db', host: 42 }],
      services: ['LanmanServer', 'DFSR'],
      behaviour: { firstBootHangs: true },
    }),
    vmOf({
      ...office,
      name: 'print-01',
      os: 'windows',
      firmware: 'bios',
      disks: [{ gib: 40, dataMib: 4 }],
      nics: [{ on: 'app', host: 43 }],
      services: ['Spooler'],
    }),
    vmOf({
      ...office,
      name: 'archive-01',
      os: 'windows',
      power: 'off',
      disks: [
        { gib: 60, dataMib: 4 },
        { gib: 120, dataMib: 4 },
      ],
      nics: [{ on: 'db', host: 44 }],
      services: ['LanmanServer'],
    }),
  ],
});
