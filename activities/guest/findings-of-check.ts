import type { Severity } from '../../domain/finding.ts';
import type { CheckOrder } from '../contracts/guest.ts';
import type { CheckReport } from '../contracts/reports.ts';
import { ipv4Of } from './addresses.ts';
import type { GuestState } from './wire.ts';

/** One thing that was looked at: its troubles, or none where it is well. */
interface Look {
  readonly id: string;
  readonly severity: Severity;
  readonly fix: string;
  readonly troubles: readonly string[];
}

/** null: there was nothing to look at. */
type MaybeLook = Look | null;

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

const look = (id: string, severity: Severity, fix: string, troubles: readonly string[]): Look => ({
  id,
  severity,
  fix,
  troubles,
});

/** What each adapter shall have; an order without adapters expects what the baseline has. */
const expectedNics = ({ nics, baseline }: CheckOrder): CheckOrder['nics'] =>
  nics.length > 0
    ? nics
    : baseline.nics.map((nic) => {
        const [ip, prefix] = (ipv4Of(nic.addresses)[0] ?? '').split('/');
        const address =
          nic.dhcp || !ip
            ? ('keep' as const)
            : { ip, prefix: Number(prefix ?? 24), gateway: nic.gateway, dns: nic.dns };
        return { mac: nic.mac, address };
      });

const ofAddress = (order: CheckOrder, state: GuestState, wanted: CheckOrder['nics'][number]): readonly string[] => {
  const nic = state.nics.find(({ mac }) => same(mac, wanted.mac));
  if (!nic) return [`there is no adapter ${wanted.mac}`];
  const has = ipv4Of(nic.addresses);
  const { address } = wanted;
  if (typeof address === 'string') {
    const had = order.baseline.nics.find(({ mac }) => same(mac, wanted.mac));
    const needs = address === 'dhcp' || (had !== undefined && ipv4Of(had.addresses).length > 0);
    return needs && has.length === 0 ? [`${nic.name} (${nic.mac}) has no address`] : [];
  }
  const planned = `${address.ip}/${address.prefix}`;
  return has.includes(planned)
    ? []
    : [`${nic.name} (${nic.mac}) has ${has.join(', ') || 'no address'}, not ${planned}`];
};

const addresses = (order: CheckOrder, state: GuestState): MaybeLook => {
  const wanted = expectedNics(order);
  if (wanted.length === 0) return null;
  const troubles = wanted.flatMap((nic) => ofAddress(order, state, nic));
  return look('V1-03', 'block', 'Give it the addresses again (repair), or by hand.', troubles);
};

/** Gateway and DNS servers as planned; a resolver of the guest's own hides the latter. */
const settings = (order: CheckOrder, state: GuestState): MaybeLook => {
  const troubles = order.nics.flatMap(({ mac, address }) => {
    const nic = state.nics.find((one) => same(one.mac, mac));
    if (!nic || typeof address === 'string') return [];
    const gateway =
      address.gateway === null || nic.gateway === address.gateway
        ? []
        : [`${nic.name} has the gateway ${nic.gateway ?? 'none'}, not ${address.gateway}`];
    const lacking = nic.dns.length === 0 ? [] : address.dns.filter((server) => !nic.dns.includes(server));
    return lacking.length === 0 ? gateway : [...gateway, `${nic.name} does not ask ${lacking.join(', ')}`];
  });
  const planned = order.nics.some(({ address }) => typeof address !== 'string');
  return planned ? look('V1-04', 'warn', 'Give it the addresses again (repair), or by hand.', troubles) : null;
};

const reach = (id: string, severity: Severity, what: string, fix: string, seen: Readonly<Record<string, boolean>>) => {
  const silent = Object.keys(seen).filter((address) => seen[address] === false);
  return Object.keys(seen).length === 0
    ? null
    : look(
        id,
        severity,
        fix,
        silent.map((address) => `the ${what} ${address} does not answer`),
      );
};

const secureChannel = ({ secureChannel: good }: GuestState): MaybeLook =>
  good === null
    ? null
    : look(
        'V1-09',
        'block',
        'Repair it by Test-ComputerSecureChannel -Repair, or join the domain again.',
        good ? [] : ['its secure channel to the domain is broken'],
      );

const services = ({ baseline }: CheckOrder, state: GuestState): MaybeLook => {
  if (baseline.services.length === 0) return null;
  const missing = baseline.services.filter((name) => !state.services.some((running) => same(running, name)));
  const troubles = missing.length === 0 ? [] : [`not running: ${missing.join(', ')}`];
  return look('V1-11', 'block', 'Read the logs of these services, start them, then check again.', troubles);
};

const smoke = ({ smoke: asked }: CheckOrder, { smoke: outcome }: GuestState): MaybeLook =>
  asked.kind === 'none'
    ? null
    : look(
        'V1-12',
        'block',
        'Ask the owner of the application.',
        outcome.passed ? [] : [`the smoke test failed: ${outcome.detail}`],
      );

const diskErrors = ({ diskErrors: errors }: GuestState): Look =>
  look(
    'V1-14',
    'block',
    'The restore may be incomplete: check the disks, or roll back.',
    errors.length === 0 ? [] : [`disk errors since the boot: ${errors.join('; ')}`],
  );

const ALLOWED = 0.05;

const isFar = (now: number, before: number, of: number): boolean => Math.abs(now - before) > of * ALLOWED;

const volumes = ({ baseline }: CheckOrder, state: GuestState): readonly MaybeLook[] => {
  if (baseline.volumes.length === 0) return [];
  const pairs = baseline.volumes.map((before) => ({
    before,
    now: state.volumes.find(({ mount }) => same(mount, before.mount)),
  }));
  const sizes = pairs.flatMap(({ before, now }) =>
    now && isFar(now.total, before.total, before.total)
      ? [`${before.mount} has ${now.total} bytes, had ${before.total}`]
      : [],
  );
  const fill = pairs.flatMap(({ before, now }) =>
    now && isFar(now.used, before.used, before.total)
      ? [`${before.mount} holds ${now.used} bytes, held ${before.used}`]
      : [],
  );
  const lost = pairs.flatMap(({ before, now }) => (now ? [] : [before.mount]));
  return [
    look('V1-15', 'block', 'Compare with what the restore reports.', sizes),
    fill.length === 0 ? null : look('V1-15', 'warn', 'See whether its applications explain the difference.', fill),
    look(
      'V1-16',
      'block',
      'Bring its disks online; look at the SAN policy or fstab.',
      lost.length === 0 ? [] : [`volumes are missing: ${lost.join(', ')}`],
    ),
  ];
};

/** V1-03 … V1-16 as far as the guest can answer them, against its baseline and the plan. U §3.2 */
export const reportOfCheck = (order: CheckOrder, state: GuestState): CheckReport => {
  const looks = [
    addresses(order, state),
    settings(order, state),
    reach('V1-05', 'block', 'gateway', 'Look at switch, VLAN and adapter.', state.gatewayReachable),
    reach('V1-06', 'warn', 'DNS server', 'Look at routes and the firewall.', state.dnsReachable),
    secureChannel(state),
    services(order, state),
    smoke(order, state),
    diskErrors(state),
    ...volumes(order, state),
  ].filter((one) => one !== null);
  const findings = looks.flatMap(({ id, severity, fix, troubles }) =>
    troubles.map((message) => ({ id, severity, subject: order.vm.name, message: `${message}.`, fix })),
  );
  const troubled = new Set(findings.map(({ id }) => id));
  return { passed: [...new Set(looks.map(({ id }) => id))].filter((id) => !troubled.has(id)), findings };
};
