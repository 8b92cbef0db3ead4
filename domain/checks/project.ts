import { ALL, absent, attested, blocks, byNature, type Check, done, warns } from './check.ts';

/** Before anything of one VM. U §2.1; PF-009 is ours */
export const OF_THE_PROJECT: readonly Check[] = [
  blocks(
    'PF-001',
    'The plan is complete, and its settings are known to their driver',
    ALL,
    done('plan', 'azure-migrate'),
  ),
  blocks(
    'PF-002',
    'The names of all endpoints resolve',
    ALL,
    byNature('workflow', 'every product of the path is asked over its endpoint before anything is touched'),
  ),
  blocks(
    'PF-003',
    'The ports are open between the machines that talk',
    ALL,
    attested(
      'cutover',
      'Are the ports open between all machines of this hop that talk to each other, not only from the agents?',
    ),
  ),
  blocks(
    'PF-004',
    'Appliances, staging and cluster reach Azure',
    ['2', 'X'],
    attested(
      'cutover',
      'Do the appliances, the staging host and the cluster reach every address Microsoft lists, on 443 and without private endpoints?',
    ),
  ),
  blocks(
    'PF-005',
    'Log-ins are valid',
    ALL,
    byNature('workflow', 'every product of the path is logged in to before anything is touched'),
  ),
  warns(
    'PF-006',
    'Clocks agree',
    ['V'],
    absent('Nothing here compares clocks of two machines; runs and points are told apart by their ids.'),
  ),
  blocks('PF-007', 'The licence of the backup product is valid', ['V', 'H', 'C', 'D'], done('veeam')),
  blocks('PF-008', 'A licence instance is free for this VM', ['V'], done('veeam')),
  blocks(
    'PF-009',
    'The mover carries between these platforms, stops before it starts, and is proven or taken by name',
    ALL,
    byNature('workflow', 'what the mover says of itself is held against the hop'),
  ),
];
