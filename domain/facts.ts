import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { VmDescription } from './vm.ts';

const byId = <T extends { readonly id: string }>(items: readonly T[]): readonly T[] =>
  [...items].sort((a, b) => (a.id < b.id ? -1 : 1));

/**
 * Fingerprint of what an approver saw of a VM: 16 hex digits over what only a person changes.
 *
 * In: id, firmware, generation, secure boot, CPUs, memory, each disk's id and size, each adapter's id and MAC.
 * Out: name, power, addresses, plugs, notes, guest tools, obstacles, disk paths: these change while nobody changes the machine,
 * or because we change them. The order in which a platform lists disks and adapters does not count.
 */
export const factsOf = (vm: VmDescription): string => {
  const facts = [
    vm.ref.id,
    vm.firmware,
    vm.generation,
    vm.secureBoot,
    vm.cpus,
    vm.memoryMb,
    byId(vm.disks).map((disk) => [disk.id, disk.bytes]),
    byId(vm.nics).map((nic) => [nic.id, nic.mac]),
  ];
  return bytesToHex(sha256(utf8ToBytes(JSON.stringify(facts)))).slice(0, 16);
};
