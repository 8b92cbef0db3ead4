import { attested, blocks, byNature, type Check, done, type Path, warns } from './check.ts';

const ARRIVED: readonly Path[] = ['2', 'X'];

const CARE =
  'Do Azure Monitor, Defender and Update Manager know it without alerts, and have policy, tags and backup been applied?';
const KERBEROS = 'Are its service principal names as before, and does a Kerberos log-in work?';

/** After hop 2, beside all of §3.2. U §3.3 */
export const AFTER_ARRIVAL: readonly Check[] = [
  blocks('V2-01', 'Azure shows it running and its resource succeeded', ARRIVED, done('azure-local')),
  warns('V2-02', 'Arc shows it connected', ARRIVED, done('azure-local')),
  blocks('V2-03', 'The Azure Monitor agent reports', ARRIVED, attested('signOff', CARE)),
  blocks('V2-04', 'Defender lists it without a critical alert', ARRIVED, attested('signOff', CARE)),
  blocks('V2-05', 'Update Manager has it', ARRIVED, attested('signOff', CARE)),
  blocks('V2-06', 'Its disks and networks are as planned', ARRIVED, done('azure-local')),
  blocks(
    'V2-07',
    'Clients find it under its address',
    ARRIVED,
    attested('signOff', 'Do several clients resolve its name to the address it has now?'),
  ),
  blocks('V2-08', 'Its service principal names are as before', ARRIVED, attested('signOff', KERBEROS)),
  blocks('V2-09', 'A Kerberos log-in works', ARRIVED, attested('signOff', KERBEROS)),
  blocks(
    'V2-10',
    'The cluster is well and has it as a role',
    ARRIVED,
    attested('signOff', 'Is every node of the cluster up, and is the VM a role of the cluster?', 'azure-local'),
  ),
  blocks('V2-11', 'The staged VM and the source are off', ARRIVED, done('ahv', 'workflow')),
  blocks('V2-12', 'Policy, tags and backup are applied', ARRIVED, attested('signOff', CARE)),
  blocks(
    'V2-13',
    'The owner has tested the application',
    ARRIVED,
    attested('signOff', 'Has the owner tested the application in full?'),
  ),
  blocks(
    'V2-14',
    'Replication has ended and its item is gone',
    ARRIVED,
    byNature('azure-migrate', 'commit ends only when the item is gone'),
  ),
];
