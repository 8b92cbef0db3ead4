import type { Address, PlatformProduct } from '../../domain/address.ts';
import type { NicAddress } from '../../domain/landing.ts';
import type { OsFamily, VmRef } from '../../domain/vm.ts';
import type { CheckReport, PreflightReport } from './reports.ts';

/** `addresses`: where the guest can be reached over the network; PowerShell Direct needs none. */
export interface GuestOrder {
  readonly to: Address;
  readonly vm: VmRef;
  readonly platform: Address<PlatformProduct>;
  readonly os: OsFamily;
  readonly addresses: readonly string[];
  readonly token: string;
}

export interface GuestNic {
  readonly mac: string;
  readonly name: string;
  readonly addresses: readonly string[];
  readonly gateway: string | null;
  readonly dns: readonly string[];
  readonly dhcp: boolean;
}

/** Used and total are bytes. */
export interface GuestVolume {
  readonly mount: string;
  readonly total: number;
  readonly used: number;
}

/** What the guest looked like before anything was touched. */
export interface Baseline {
  readonly os: OsFamily;
  readonly osName: string;
  readonly hostname: string;
  /** Names of services that run and shall run again. */
  readonly services: readonly string[];
  readonly nics: readonly GuestNic[];
  readonly volumes: readonly GuestVolume[];
  readonly findings: CheckReport['findings'];
}

export interface PrepareOrder extends GuestOrder {
  /** The addresses the next landing wants, in the order of the predecessor's NICs; the first-boot package is written from these. */
  readonly nics: readonly { readonly mac: string; readonly address: NicAddress }[];
  readonly hop: number;
}

export interface ReaddressOrder extends GuestOrder {
  /** MACs as read back from the successor. */
  readonly nics: readonly { readonly mac: string; readonly address: NicAddress }[];
}

export interface SmokeTest {
  readonly kind: 'tcp' | 'http' | 'none';
  readonly target: string;
  readonly expect: string;
}

export interface CheckOrder extends GuestOrder {
  readonly baseline: Baseline;
  /** Expected per adapter; an empty list expects what the baseline has. */
  readonly nics: readonly { readonly mac: string; readonly address: NicAddress }[];
  readonly smoke: SmokeTest;
  readonly hop: number;
}

/** Inside a VM. The scripts are the same for every channel. */
export interface Guest {
  preflight(order: GuestOrder): Promise<PreflightReport>;
  inspect(order: GuestOrder): Promise<Baseline>;
  prepare(order: PrepareOrder): Promise<{ readonly placed: readonly string[] }>;
  readdress(order: ReaddressOrder): Promise<{ readonly applied: readonly string[] }>;
  check(order: CheckOrder): Promise<CheckReport>;
  /** Old guest agents off, after sign-off. */
  tidy(order: GuestOrder): Promise<{ readonly removed: readonly string[] }>;
}
