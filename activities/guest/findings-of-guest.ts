import type { Finding, Severity } from '../../domain/finding.ts';
import { ipv4Of } from './addresses.ts';
import { supportOf } from './supported.ts';
import type { GuestFacts } from './wire.ts';

type Line = readonly [id: string, severity: Severity, message: string, fix: string];

const line = (when: boolean, ...told: Line): readonly Line[] => (when ? [told] : []);

const ofSystem = ({ os, osName, facts }: GuestFacts): readonly Line[] => {
  const support = supportOf(os, osName);
  return [
    ...line(
      facts.bitlocker.length > 0,
      'PF-201',
      'block',
      `BitLocker is on: ${facts.bitlocker.join(', ')}.`,
      'Decrypt these volumes; to suspend BitLocker is not enough.',
    ),
    ...line(
      support === 'no',
      'PF-202',
      'block',
      `${osName} is not supported by the target.`,
      'Upgrade it, or leave it.',
    ),
    ...line(
      support === 'special',
      'PF-202',
      'block',
      `${osName} needs SP1 with KB3138612 and cannot be entered by our scripts.`,
      'Move it by hand, or upgrade it to 2012 R2 or later.',
    ),
    ...line(
      support === 'unknown',
      'PF-202',
      'warn',
      `Whether the target supports “${osName}” is not known.`,
      'Look for it in the lists of Hyper-V and Azure Local.',
    ),
    ...line(
      facts.connectedMachineAgent,
      'PF-203',
      'block',
      'The Azure Connected Machine agent is installed: the landing would be a second resource of the same machine.',
      'Disconnect and uninstall it before the migration.',
    ),
  ];
};

/** What `prepare` mends is a warning: it blocks nothing that is not mended before the final sync. */
const ofDisks = ({ os, facts }: GuestFacts): readonly Line[] => [
  ...line(
    facts.sanPolicy !== null && facts.sanPolicy !== 'OnlineAll',
    'PF-204',
    'warn',
    `The SAN policy is ${facts.sanPolicy}: disks would stay offline.`,
    'Prepare sets it to OnlineAll before the final sync.',
  ),
  ...line(
    facts.fstabByDevice.length > 0,
    'PF-205',
    'block',
    `fstab names disks by their order: ${facts.fstabByDevice.join(', ')}.`,
    'Name them by UUID or label.',
  ),
  ...line(
    os === 'linux' && !facts.hvModules && facts.initramfsTool !== null,
    'PF-206',
    'warn',
    'Its initramfs lacks Hyper-V drivers.',
    `Prepare adds them by ${facts.initramfsTool} before the final sync.`,
  ),
  ...line(
    os === 'linux' && !facts.hvModules && facts.initramfsTool === null,
    'PF-206',
    'block',
    'Its initramfs lacks Hyper-V drivers, and nothing here can add them: it would not find its disks.',
    'Install dracut or initramfs-tools.',
  ),
  ...line(
    os === 'linux' && facts.initramfsTool === null,
    'PF-207',
    facts.hvModules ? 'warn' : 'block',
    'There is no tool that builds an initramfs.',
    'Install dracut, mkinitrd or initramfs-tools.',
  ),
];

const DOMAIN_CONTROLLER = /^(NTDS|samba-ad-dc)$/i;
const DNS_SERVER = /^(DNS|named|bind9|pdns|unbound)$/i;

const ofNetwork = ({ services, nics }: GuestFacts): readonly Line[] => {
  const own = new Set(nics.flatMap((nic) => nic.addresses.map((address) => address.split('/')[0])));
  const asksItself = nics.some((nic) => nic.dns.some((server) => own.has(server)));
  const servesNames = services.some((name) => DNS_SERVER.test(name));
  return [
    ...nics
      .filter((nic) => !nic.dhcp && nic.addresses.length > 0 && ipv4Of(nic.addresses).length === 0)
      .flatMap((nic) =>
        line(
          true,
          'PF-211',
          'block',
          `${nic.name} (${nic.mac}) has IPv6 addresses only: static addresses travel in IPv4.`,
          'Give it an IPv4 address.',
        ),
      ),
    ...line(
      services.some((name) => DOMAIN_CONTROLLER.test(name)),
      'PF-212',
      'block',
      'It is a domain controller.',
      'Build a new one on the target and retire this one.',
    ),
    ...line(
      servesNames && asksItself,
      'PF-212',
      'block',
      'It is the DNS server of its own network, which the target does not support.',
      'Let the network ask another DNS server first.',
    ),
    ...line(
      servesNames && !asksItself,
      'PF-212',
      'warn',
      'It serves DNS.',
      'See that the logical network of its landing does not ask it.',
    ),
  ];
};

const ofBaseline = ({ hostname, services, nics, volumes, facts }: GuestFacts): readonly Line[] => [
  ...line(
    hostname === '' || nics.length === 0 || volumes.length === 0,
    'PF-215',
    'block',
    'The baseline lacks its name, its adapters or its volumes: nothing could be compared afterwards.',
    'See why the guest does not tell them.',
  ),
  ...line(
    services.length === 0,
    'PF-215',
    'warn',
    'The baseline has no services: whether they run again will not be known.',
    'Give it a smoke test.',
  ),
  ...line(
    facts.agents.length > 0,
    'PF-111',
    'info',
    `Guest agents of hypervisors: ${facts.agents.join(', ')}.`,
    'They are taken off after sign-off.',
  ),
];

/** PF-201 … PF-215 out of what the guest tells of itself. U §2.3 */
export const findingsOfGuest = (subject: string, facts: GuestFacts): readonly Finding[] =>
  [...ofSystem(facts), ...ofDisks(facts), ...ofNetwork(facts), ...ofBaseline(facts)].map(
    ([id, severity, message, fix]) => ({ id, severity, subject, message, fix }),
  );
