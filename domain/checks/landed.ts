import { attested, blocks, type Check, done, type Path, warns } from './check.ts';

const LANDED: readonly Path[] = ['V', 'H', 'C', '2'];

const NAMES = 'Does its name resolve to its address, and its address to its name?';

/** After hop 1, and again after hop 2. U §3.2 */
export const AFTER_LANDING: readonly Check[] = [
  blocks('V1-01', 'It boots and stays up for five minutes', LANDED, done('hyper-v')),
  blocks('V1-02', 'Processors, memory and adapters are as planned', LANDED, done('hyper-v', 'azure-local')),
  blocks('V1-03', 'Each adapter has its address', LANDED, done('guest')),
  warns('V1-04', 'Gateways and DNS servers are as planned', LANDED, done('guest')),
  blocks('V1-05', 'Its gateways answer', LANDED, done('guest')),
  warns('V1-06', 'Its DNS servers answer', LANDED, done('guest')),
  blocks('V1-07', 'Its name resolves to its address', LANDED, attested('go', NAMES)),
  blocks('V1-08', 'Its address resolves to its name', LANDED, attested('go', NAMES)),
  blocks('V1-09', 'Its secure channel to the domain is whole', LANDED, done('guest')),
  blocks(
    'V1-10',
    'It reaches a domain controller',
    LANDED,
    attested('go', 'If it is in a domain: does it reach a domain controller?'),
  ),
  blocks('V1-11', 'The services of its baseline run', LANDED, done('guest')),
  blocks('V1-12', 'The owner’s smoke test passes', LANDED, done('guest')),
  blocks(
    'V1-13',
    'It and what depends on it reach each other',
    LANDED,
    attested('go', 'Do it and the systems that depend on it reach each other by name?'),
  ),
  blocks('V1-14', 'The guest logs no disk errors', LANDED, done('guest')),
  blocks('V1-15', 'Disks and volumes have the sizes they had', LANDED, done('hyper-v', 'guest')),
  blocks('V1-16', 'All volumes are mounted where they were', LANDED, done('guest')),
  blocks('V1-17', 'No mount, checkpoint or differencing disk is left', ['V'], done('hyper-v')),
  blocks('V1-18', 'Its integration services are on', ['V', 'H', 'C'], done('hyper-v')),
  blocks('V1-19', 'The source is there and off', LANDED, done('ahv', 'workflow')),
  blocks('V1-20', 'No VM beside it has its MAC', ['V', 'H', 'C'], done('hyper-v')),
];
