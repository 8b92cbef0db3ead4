import type { LandingNic, NicAddress } from '../../domain/landing.ts';
import { isWrong, type Wrong, wrong } from '../refusal.ts';

type Static = Exclude<NicAddress, string>;

const EXAMPLE =
  'Write it as in 0:vSwitch-Prod/vlan=20/keep or 1:lnet-app/10.1.2.3/24/gw=10.1.2.1/dns=10.0.0.10,10.0.0.11.';

const IPV4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

/** The address as a number, or null. */
const ipv4 = (text: string): number | null => {
  const octets = IPV4.exec(text)?.slice(1).map(Number);
  if (!octets || octets.some((octet) => octet > 255)) return null;
  return octets.reduce((sum, octet) => sum * 256 + octet, 0);
};

const networkOf = (ip: number, prefix: number): number => Math.floor(ip / 2 ** (32 - prefix));

/** Why a guest could not live with this address, or null. */
const unusable = ({ ip, prefix, gateway, dns }: Static): string | null => {
  const address = ipv4(ip);
  if (address === null) return `"${ip}" is not an IPv4 address`;
  if (prefix < 1 || prefix > 32) return `/${prefix} is not a prefix between 1 and 32`;
  const host = address % 2 ** (32 - prefix);
  if (prefix < 31 && (host === 0 || host === 2 ** (32 - prefix) - 1))
    return `${ip} is the network or broadcast address of its /${prefix}`;

  const bad = dns.find((server) => ipv4(server) === null);
  if (bad !== undefined) return `DNS server "${bad}" is not an IPv4 address`;
  if (gateway === null) return null;
  const via = ipv4(gateway);
  if (via === null) return `gateway "${gateway}" is not an IPv4 address`;
  if (via === address) return `the gateway is the adapter's own address ${ip}`;
  return networkOf(via, prefix) === networkOf(address, prefix) ? null : `gateway ${gateway} is not in ${ip}/${prefix}`;
};

interface Parts {
  readonly mode: string | null;
  readonly prefix: string | null;
  readonly named: ReadonlyMap<string, string>;
}

/** The words after the network: `keep`, `dhcp` or an address with its prefix, then `vlan=`, `gw=` and `dns=` in any order. */
const partsOf = (words: readonly string[]): Parts | Wrong => {
  const named = new Map<string, string>();
  const bare: string[] = [];
  for (const word of words) {
    const [key = '', ...value] = word.split('=');
    if (value.length === 0) {
      bare.push(word);
      continue;
    }
    if (!['vlan', 'gw', 'dns'].includes(key))
      return wrong(`"${key}=" is not known here`, `Use vlan=, gw= and dns=. ${EXAMPLE}`);
    if (named.has(key)) return wrong(`${key}= is given twice`, 'Give it once.');
    named.set(key, value.join('='));
  }
  const [mode = null, prefix = null, extra] = bare;
  return extra === undefined ? { mode, prefix, named } : wrong(`"${extra}" is one word too many`, EXAMPLE);
};

const addressOf = ({ mode, prefix, named }: Parts): NicAddress | Wrong => {
  if (mode === null || mode === 'keep' || mode === 'dhcp') {
    const stray = prefix ?? ['gw', 'dns'].find((key) => named.has(key));
    if (stray === undefined) return mode ?? 'keep';
    return wrong(
      `${stray} needs a static address`,
      'Write the address and prefix too, as in 10.1.2.3/24, or leave it out.',
    );
  }
  if (prefix === null || !/^\d{1,2}$/.test(prefix))
    return wrong(`${mode} has no prefix`, `Write it with its prefix, as in 10.1.2.3/24.`);
  const dns =
    named
      .get('dns')
      ?.split(',')
      .map((server) => server.trim()) ?? [];
  const address = { ip: mode, prefix: Number(prefix), gateway: named.get('gw') ?? null, dns };
  const reason = unusable(address);
  return reason === null ? address : wrong(reason, 'Correct the address.');
};

const readNic = (text: string): LandingNic | Wrong => {
  const match = /^(\d{1,2})\s*:\s*([^/]+)(?:\/(.*))?$/.exec(text);
  if (!match?.[2]) return wrong(`"${text}" is not an adapter`, EXAMPLE);
  const source = Number(match[1]);
  const words = match[3]?.split('/').map((word) => word.trim()) ?? [];
  const about = (reason: Wrong): Wrong => wrong(`Adapter ${source}: ${reason.wrong}`, reason.fix);

  const parts = partsOf(words);
  if (isWrong(parts)) return about(parts);
  const address = addressOf(parts);
  if (isWrong(address)) return about(address);

  const tag = parts.named.get('vlan') ?? null;
  const vlan = tag === null ? null : Number(tag);
  if (vlan !== null && !(Number.isInteger(vlan) && vlan >= 1 && vlan <= 4094)) {
    return about(
      wrong(`"${tag}" is not a VLAN between 1 and 4094`, 'Correct it, or leave vlan= out for an untagged port.'),
    );
  }
  return { source, network: match[2].trim(), vlan, address };
};

/** `0:vSwitch-Prod/vlan=20/keep; 1:…` → adapters by source number; `none` → no adapter. */
export const readNics = (text: string): readonly LandingNic[] | Wrong => {
  if (text.toLowerCase() === 'none') return [];
  const nics: LandingNic[] = [];
  for (const part of text
    .split(';')
    .map((piece) => piece.trim())
    .filter((piece) => piece !== '')) {
    const nic = readNic(part);
    if (isWrong(nic)) return nic;
    if (nics.some(({ source }) => source === nic.source))
      return wrong(`Adapter ${nic.source} is given twice`, 'Number the adapters as the source lists them, from 0.');
    nics.push(nic);
  }
  return nics.sort((a, b) => a.source - b.source);
};
