import { ALL, absent, attested, blocks, type Check, done, type Path, warns } from './check.ts';

const OF_AHV: readonly Path[] = ['V', 'H', 'C'];
const NO_VSPHERE = 'There is no vSphere driver yet.';

/** Where the VM comes from. U §2.2; PF-100 and PF-114 are ours */
export const OF_THE_SOURCE: readonly Check[] = [
  blocks('PF-100', 'The VM is there, and AHV is where it starts from', OF_AHV, done('ahv')),
  blocks('PF-101', 'AOS is 6.8.1.6 or newer', ['V'], done('ahv')),
  blocks('PF-102', 'Prism Central is a release the backup plug-in supports', ['V'], done('ahv')),
  blocks('PF-103', 'The cluster has an iSCSI data services address', ['V'], done('ahv')),
  blocks('PF-104', 'The cluster runs AHV, which boots the UEFI worker', ['V'], done('ahv')),
  blocks(
    'PF-105',
    'There is room for a backup worker',
    ['V', 'H'],
    attested(
      'cutover',
      'Has the source cluster room for a backup worker (6 vCPU, 6 GB, 100 GB) during the final copy?',
    ),
  ),
  blocks('PF-106', 'The account may see and steer the VM', OF_AHV, done('ahv')),
  warns('PF-107', 'NCC shows nothing critical', OF_AHV, absent('The driver does not read NCC; look in Prism.')),
  blocks('PF-108', 'vCenter or ESXi answers, and the account may read and snapshot', ['X'], absent(NO_VSPHERE)),
  blocks('PF-109', 'Changed block tracking is on', ['X'], absent(NO_VSPHERE)),
  blocks('PF-110', 'VMware Tools are there', ['X'], absent(NO_VSPHERE)),
  warns('PF-111', 'Nutanix Guest Tools answer', OF_AHV, done('ahv', 'guest')),
  blocks('PF-112', 'No volume group is attached', ['V'], done('ahv')),
  warns('PF-113', 'A recovery point exists', ALL, done('ahv')),
  blocks('PF-114', 'Nothing works on the VM, and nothing will start it elsewhere', OF_AHV, done('ahv')),
];
