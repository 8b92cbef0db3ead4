import { absent, attested, blocks, type Check, done, warns } from './check.ts';

/** The backup product of hop 1. U §2.5; PF-409 to PF-413 are ours */
export const OF_THE_BACKUP: readonly Check[] = [
  blocks('PF-401', 'Veeam is release 13 or newer', ['V'], done('veeam')),
  warns(
    'PF-402',
    'The Veeam server is large enough',
    ['V'],
    absent('Veeam does not tell the size of its own server; look at it by hand.'),
  ),
  blocks(
    'PF-403',
    'A backup worker is online and its tasks suffice',
    ['V'],
    attested(
      'cutover',
      'Is a backup worker for the source cluster online in Veeam, with tasks enough for this window?',
    ),
  ),
  blocks('PF-404', 'The repository is there and has room for the full copy', ['V'], done('veeam')),
  blocks(
    'PF-405',
    'The HYCU controller and its target are sized and named',
    ['H'],
    absent('There is no HYCU driver yet.'),
  ),
  blocks(
    'PF-406',
    'Commvault is healthy, and a pilot VM went through',
    ['C'],
    absent('There is no Commvault driver yet.'),
  ),
  blocks(
    'PF-407',
    'The Carbonite server and agents are online, with room on the target',
    ['D'],
    absent('There is no Carbonite driver yet.'),
  ),
  blocks(
    'PF-408',
    'Shares are inventoried for Storage Migration Service',
    ['A'],
    absent('There are no drivers of other methods yet.'),
  ),
  blocks('PF-409', 'Veeam knows the staging host', ['V'], done('veeam')),
  blocks('PF-410', 'The Veeam server can list the VMs of the staging host', ['V'], done('veeam')),
  blocks('PF-411', 'The plan asks of Veeam what it can do', ['V'], done('veeam')),
  blocks('PF-412', 'No other job has the VM, or the one that the plan adopts', ['V'], done('veeam')),
  blocks('PF-413', 'The AHV plug-in knows the VM', ['V'], done('veeam')),
];
