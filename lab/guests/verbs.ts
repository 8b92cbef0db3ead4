import type { Estate, GuestState, LabVm } from '../estate/types.ts';
import { packagePath, setAddress } from './adapters.ts';
import { everyVm } from './find.ts';
import { type Reach, reachOf } from './reach.ts';

/** The argument of a guest script as it was decoded: other people's JSON. */
type Argument = Readonly<Record<string, unknown>>;
export type GuestVerb = (estate: Estate, vm: LabVm, argument: Argument) => Readonly<Record<string, unknown>>;

interface Wanted {
  readonly mac: string;
  readonly index?: number;
  readonly dhcp?: boolean;
  readonly ip?: string;
  readonly prefix?: number;
  readonly gateway?: string | null;
  readonly dns?: readonly string[];
}

const inspect: GuestVerb = (estate, vm) => {
  const { guest } = vm;
  const isWindows = guest.os === 'windows';
  return {
    os: guest.os,
    osName: guest.osName,
    hostname: guest.hostname,
    services: running(guest),
    nics: nicsOf(vm),
    volumes: volumesOf(estate, vm),
    facts: {
      bitlocker: [],
      fstabByDevice: [],
      hvModules: guest.hyperVDrivers,
      initramfsTool: isWindows ? null : 'initramfs-tools',
      connectedMachineAgent: guest.agents.includes('Azure Connected Machine Agent'),
      sanPolicy: isWindows ? 'OnlineAll' : null,
      agents: guest.agents,
    },
  };
};

const prepare: GuestVerb = (estate, vm, argument) => {
  const wanted = listOf(argument.nics).flatMap((nic, n) =>
    nic.ip ? [{ ...nic, ip: nic.ip, index: nic.index ?? n }] : [],
  );
  if (wanted.length === 0) return { placed: [] };
  const path = packagePath(vm.guest.os);
  estate.vms.change(vm.id, 'guest:prepare', ({ guest }) => {
    guest.firstBoot = wanted.map(({ index, ip, prefix = 24, gateway = null, dns = [] }) => ({
      index,
      ip,
      prefix,
      gateway,
      dns: [...dns],
    }));
    guest.files[path] = JSON.stringify(wanted);
  });
  return { placed: [path] };
};

const readdress: GuestVerb = (estate, vm, argument) => {
  const found = listOf(argument.nics).filter((nic) => vm.nics.some((n) => n.mac === nic.mac));
  estate.vms.change(vm.id, 'guest:readdress', ({ guest }) => {
    for (const { mac, dhcp = false, ip, prefix = 24, gateway = null, dns = [] } of found) {
      const address = { ip: ip ?? null, prefix, gateway, dns: [...dns] };
      setAddress(guest, { mac, dhcp, ...(dhcp ? { ...address, ip: null } : address) });
    }
  });
  return { applied: found.map((nic) => nic.mac) };
};

const check: GuestVerb = (estate, vm, argument) => {
  const reach = reachOf(estate, vm);
  const nics = nicsOf(vm);
  const gateways = [...new Set(nics.flatMap((nic) => (nic.gateway ? [nic.gateway] : [])))];
  const servers = [...new Set(nics.flatMap((nic) => nic.dns))];
  const reached = servers.map((ip) => [ip, reach.host(ip)] as const);
  return {
    nics,
    services: running(vm.guest),
    volumes: volumesOf(estate, vm),
    gatewayReachable: Object.fromEntries(gateways.map((ip) => [ip, reach.gateway(ip)])),
    dnsReachable: Object.fromEntries(reached),
    smoke: smokeTest(estate, vm, reach, argument.smoke as Smoke | undefined),
    diskErrors: [],
    secureChannel: vm.guest.os === 'windows' ? reached.some(([, answers]) => answers) : null,
  };
};

const tidy: GuestVerb = (estate, vm, argument) => {
  const names = Array.isArray(argument.agents) ? argument.agents.map(String) : [];
  const removed = vm.guest.agents.filter((agent) => names.includes(agent));
  estate.vms.change(vm.id, 'guest:tidy', ({ guest }) => {
    guest.agents = guest.agents.filter((agent) => !removed.includes(agent));
    if (removed.includes('Nutanix Guest Tools')) guest.guestTools = false;
  });
  return { removed };
};

export const guestVerbs: Readonly<Record<string, GuestVerb>> = { inspect, prepare, readdress, check, tidy };

/** A list of adapters; our JSON may come from PowerShell, which turns a list of one into its element. */
const listOf = (value: unknown): readonly Wanted[] => {
  const items = Array.isArray(value) ? value : [value];
  return items
    .filter((item): item is Wanted => typeof item === 'object' && item !== null && 'mac' in item)
    .map((item) => ({ ...item, mac: item.mac.toLowerCase().replaceAll('-', ':') }));
};

const running = (guest: GuestState): readonly string[] => guest.services.filter((s) => s.running).map((s) => s.name);

/** Adapters as the guest configured them, plugged in or not; ghosts are not listed. */
const nicsOf = (vm: LabVm) =>
  vm.nics.map((nic, n) => {
    const address = vm.guest.addresses.find((a) => a.mac === nic.mac);
    const windows = n === 0 ? 'Ethernet' : `Ethernet ${n + 1}`;
    return {
      mac: nic.mac,
      name: vm.guest.os === 'windows' ? windows : `eth${n}`,
      addresses: address?.ip ? [`${address.ip}/${address.prefix}`] : [],
      gateway: address?.gateway ?? null,
      dns: address?.dns ?? [],
      dhcp: address?.dhcp ?? false,
    };
  });

/** One volume a disk. */
const volumesOf = (estate: Estate, vm: LabVm) =>
  vm.disks.map((disk, n) => ({
    mount: vm.guest.os === 'windows' ? `${String.fromCharCode(67 + n)}:` : n === 0 ? '/' : `/data${n}`,
    total: disk.bytes,
    used: estate.disks.exists(disk.file) ? estate.disks.allocatedBytes(disk.file) : 0,
  }));

interface Smoke {
  readonly kind?: 'tcp' | 'http' | 'none';
  readonly target?: string;
}

const smokeTest = (estate: Estate, vm: LabVm, reach: Reach, smoke: Smoke = {}): { passed: boolean; detail: string } => {
  const { kind = 'none', target = '' } = smoke;
  if (kind === 'none') return { passed: true, detail: 'no smoke test' };
  const host = /^(?:[a-z]+:\/\/)?([^:/]+)/i.exec(target)?.[1] ?? '';
  const own = ['localhost', '127.0.0.1', vm.guest.hostname.toLowerCase()];
  const isOwn = own.includes(host.toLowerCase()) || vm.guest.addresses.some((a) => a.ip === host);

  const stopped = vm.guest.services.filter((s) => !s.running);
  if (isOwn && stopped.length > 0) return { passed: false, detail: `${target}: ${stopped[0]?.name} does not run` };
  if (isOwn) return { passed: true, detail: `${target} answered` };
  if (!isAnswered(estate, reach, host)) return { passed: false, detail: `${target}: no route or no answer` };
  return { passed: true, detail: `${target} answered` };
};

/** Another VM of the estate answers at the address it shows, or under its host name; whatever is not of the estate always does. */
const isAnswered = (estate: Estate, reach: Reach, host: string): boolean => {
  const neighbours = estate.scenario.vms.filter(
    (v) => v.hostname.toLowerCase() === host.toLowerCase() || knownAddresses(v).includes(host),
  );
  if (neighbours.length === 0) return reach.host(host);
  return everyVm(estate)
    .filter((v) => neighbours.some((n) => n.uuid === v.origin))
    .some((v) =>
      estate.vms.addressesOf(v.id).some((a) => a.ips.some((ip) => reach.host(ip) && (ip === host || !isIp(host)))),
    );
};

const isIp = (text: string): boolean => /^\d+(\.\d+){3}$/.test(text);

const knownAddresses = (vm: Estate['scenario']['vms'][number]): readonly string[] => [
  ...vm.nics.map((nic) => nic.ip),
  ...[...vm.expected.staging.nics, ...vm.expected.target.nics].flatMap((nic) => (nic.ip ? [nic.ip] : [])),
];
