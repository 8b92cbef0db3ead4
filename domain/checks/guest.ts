import { ALL, blocks, type Check, done, warns } from './check.ts';

/** The VM and what is inside it. U §2.3 */
export const OF_THE_GUEST: readonly Check[] = [
  blocks('PF-201', 'BitLocker is off', ALL, done('guest')),
  blocks('PF-202', 'The operating system is supported by the target', ALL, done('guest')),
  blocks('PF-203', 'No Azure Connected Machine agent is installed', ALL, done('guest')),
  blocks('PF-204', 'The SAN policy brings all disks online', ALL, done('guest')),
  blocks('PF-205', 'fstab names disks by UUID or label', ALL, done('guest')),
  blocks('PF-206', 'The initramfs has the Hyper-V drivers', ALL, done('guest')),
  blocks('PF-207', 'A tool that builds an initramfs is there', ALL, done('guest')),
  blocks('PF-208', 'No vTPM; Secure Boot is off or accepted', ALL, done('ahv', 'hyper-v', 'azure-migrate')),
  warns('PF-209', 'The firmware is known', ALL, done('ahv')),
  blocks('PF-210', 'A generation 1 boot disk is no larger than 2 TB', ALL, done('ahv', 'hyper-v')),
  blocks('PF-211', 'Static adapters have an IPv4 address', ALL, done('guest')),
  blocks('PF-212', 'It is no domain controller, nor the DNS server of its own network', ALL, done('guest')),
  blocks('PF-213', 'No device or disk that cannot travel', ALL, done('ahv', 'hyper-v')),
  warns('PF-214', 'No snapshot or checkpoint is left', ALL, done('ahv', 'hyper-v')),
  blocks('PF-215', 'A baseline was taken', ALL, done('guest')),
  blocks('PF-216', 'Its name is legal and free where it lands', ALL, done('hyper-v', 'azure-local', 'azure-migrate')),
  blocks('PF-217', 'The guest can be logged in to', ALL, done('guest')),
];
