import { isObject, type JsonObject, listAt, numberAt, textAt, without } from '../http/reading.ts';

/** One adapter as Prism describes it, whichever of its two schemas it answers with. O E.3 */
export interface PrismNic {
  readonly id: string;
  readonly mac: string;
  readonly connected: boolean;
  readonly subnet: string | null;
  readonly addresses: readonly string[];
  /** A hardware adapter (SR-IOV, offload) has no plug to pull. */
  readonly pluggable: boolean;
}

/** 4.0 answers `backingInfo`/`networkInfo`, later minors `nicBackingInfo`/`nicNetworkInfo`; the same VM may have both. */
const backingOf = (nic: JsonObject): JsonObject | null =>
  isObject(nic.nicBackingInfo) ? nic.nicBackingInfo : isObject(nic.backingInfo) ? nic.backingInfo : null;
const networkOf = (nic: JsonObject): JsonObject | null =>
  isObject(nic.nicNetworkInfo) ? nic.nicNetworkInfo : isObject(nic.networkInfo) ? nic.networkInfo : null;

/** Not every polymorphic backing names the state of its plug; the SDK's default is connected. */
const isEthernet = (backing: JsonObject | null): boolean => {
  const type = textAt(backing, '$objectType') ?? '';
  return backing !== null && !/Sriov|DpOffload/i.test(type);
};

const addressesOf = (network: JsonObject | null): readonly string[] => {
  const assigned = textAt(network, 'ipv4Config.ipAddress.value');
  const secondary = listAt(network, 'ipv4Config.secondaryIpAddressList').map((one) => textAt(one, 'value'));
  const learned = listAt(network, 'ipv4Info.learnedIpAddresses').map((one) => textAt(one, 'value'));
  return [...new Set([...learned, assigned, ...secondary].filter((ip): ip is string => ip !== null))];
};

export const readNic = (nic: JsonObject): PrismNic => {
  const backing = backingOf(nic);
  const network = networkOf(nic);
  return {
    id: textAt(nic, 'extId') ?? '',
    mac: (textAt(backing, 'macAddress') ?? '').toLowerCase(),
    connected: backing?.isConnected !== false,
    subnet: textAt(network, 'subnet.extId'),
    addresses: addressesOf(network),
    pluggable: isEthernet(backing),
  };
};

const READ_ONLY = ['links', 'tenantId', '$reserved', '$unknownFields'];

/** The adapter as it was read, with its plug set; in both schemas where both are there. */
export const withPlug = (nic: JsonObject, connected: boolean): JsonObject => {
  const set = (key: string): JsonObject => {
    const backing = nic[key];
    return isObject(backing) ? { [key]: { ...backing, isConnected: connected } } : {};
  };
  return { ...without(nic, READ_ONLY), ...set('backingInfo'), ...set('nicBackingInfo') };
};

export interface Subnet {
  readonly name: string;
  readonly vlan: number | null;
}

/** `networkId` is the VLAN of a VLAN-backed subnet; 0 is untagged. */
export const readSubnet = (subnet: JsonObject): Subnet => {
  const tag = numberAt(subnet, 'networkId');
  const tagged = textAt(subnet, 'subnetType') !== 'OVERLAY' && tag !== null && tag > 0;
  return { name: textAt(subnet, 'name') ?? textAt(subnet, 'extId') ?? '', vlan: tagged ? tag : null };
};

/** A trunk carries VLANs that a landing cannot name. */
export const isTrunk = (nic: JsonObject): boolean => textAt(networkOf(nic), 'vlanMode') === 'TRUNK';
