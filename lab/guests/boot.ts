import type { GuestState, LabVm } from '../estate/types.ts';

/** At speed 1, in ms. */
export const BOOT_MS = { windows: 30_000, linux: 20_000 } as const;
export const SHUTDOWN_MS = 20_000;
export const HOST_REBOOT_MS = 60_000;

export type BootOutcome = 'up' | 'nothing to boot' | 'no hv drivers' | 'wrong generation' | 'secure boot' | 'hangs';

/**
 * Whether a guest comes up on this hardware. Linux without hv_* modules does not find its disks on Hyper-V (U PF-206); a disk installed
 * for UEFI boots only in generation 2 and one for BIOS only in generation 1 (V §1.5.3); secure boot with the Windows template, the default
 * of a generation 2 VM, lets no Linux start (V §3.2); a guest that hangs on its first boot elsewhere comes up after a power cycle.
 */
export const bootOutcome = (
  vm: Pick<LabVm, 'id' | 'platform' | 'generation' | 'secureBoot' | 'extra'>,
  guest: GuestState | null,
  installedFor: 'bios' | 'uefi',
): BootOutcome => {
  if (!guest) return 'nothing to boot';
  if (vm.platform !== 'ahv' && !guest.hyperVDrivers) return 'no hv drivers';
  if (vm.generation !== null && (vm.generation === 2) !== (installedFor === 'uefi')) return 'wrong generation';
  if (guest.os === 'linux' && trustsOnlyWindows(vm)) return 'secure boot';
  const isFirstBoot = guest.lastBootedOn !== undefined && guest.lastBootedOn !== vm.id;
  return guest.behaviour.firstBootHangs && isFirstBoot && !guest.hangsUntilPowerCycle ? 'hangs' : 'up';
};

const trustsOnlyWindows = (vm: Pick<LabVm, 'platform' | 'generation' | 'secureBoot' | 'extra'>): boolean =>
  vm.platform === 'hyper-v' &&
  vm.generation === 2 &&
  vm.secureBoot &&
  (vm.extra['hyperV.secureBootTemplate'] ?? 'MicrosoftWindows') === 'MicrosoftWindows';
