import { absent, attested, blocks, type Check, done, type Path, warns } from './check.ts';

const STAGED: readonly Path[] = ['V', 'H', 'C'];
const AND_ON: readonly Path[] = ['V', 'H', 'C', '2'];

/** The Hyper-V host between the hops. U §2.4 */
export const OF_STAGING: readonly Check[] = [
  blocks('PF-301', 'The host runs Windows Server 2022 or later', STAGED, done('hyper-v')),
  blocks('PF-302', 'The host has processors and memory for the landing', STAGED, done('hyper-v')),
  blocks('PF-303', 'The landing’s folder is one that staged VMs may live in', STAGED, done('hyper-v')),
  blocks('PF-304', 'The volume has room for the landing', STAGED, done('hyper-v')),
  warns(
    'PF-305',
    'The host’s adapters are fast',
    STAGED,
    absent('The driver does not read link speeds; the rate of each copy is shown while it runs.'),
  ),
  blocks('PF-306', 'The virtual switches of the landing are there, one VLAN an adapter', STAGED, done('hyper-v')),
  warns(
    'PF-307',
    'The host is in a domain',
    STAGED,
    absent('Recommended only: a host of a workgroup works with local accounts.'),
  ),
  blocks('PF-308', 'The source appliance may read the staging host', AND_ON, done('azure-migrate')),
  blocks(
    'PF-309',
    'Staged VMs are on a cluster shared volume, and highly available in a cluster',
    AND_ON,
    done('hyper-v'),
  ),
  blocks('PF-310', 'Veeam tracks changes on the host', ['V'], done('veeam')),
  blocks(
    'PF-311',
    'The host is known by NetBIOS and shares files',
    ['V'],
    attested(
      'cutover',
      'Does the Veeam server resolve the NetBIOS name of the staging host, with file and printer sharing on there?',
    ),
  ),
  blocks(
    'PF-312',
    'Where staging is the target cluster: production is not hurt, its code policy lets Veeam in',
    ['V'],
    attested(
      'cutover',
      'If staging is the Azure Local cluster itself: can its production bear it, and is the supplemental policy for Veeam deployed? (Yes, if it is not.)',
    ),
  ),
  blocks('PF-313', 'Nothing is left over from an earlier attempt', STAGED, done('veeam', 'hyper-v')),
];
