import type { DnsScenario } from '../estate/scenario.ts';
import type { CmdletContext } from '../powershell/cmdlet.ts';
import { dnsError } from './errors.ts';
import { sameName } from './names.ts';
import { type Zone, zonesOf } from './records.ts';

/** The server a call means: itself, or by `-ComputerName` under one of its names. */
export const serverOf = ({ estate }: CmdletContext, computer: unknown, cmdlet: string): DnsScenario => {
  const { dns } = estate.scenario;
  const known = ['localhost', '.', '127.0.0.1', dns?.server ?? '', dns?.server.split('.')[0] ?? ''];
  const wanted = computer === undefined ? 'localhost' : String(computer);
  if (dns && known.some((name) => sameName(name, wanted))) return dns;
  throw dnsError('rpcUnavailable', cmdlet, `Failed to get information for server ${wanted}.`);
};

/** Short name of the server, as messages have it. */
export const nameOf = ({ server }: DnsScenario): string => (server.split('.')[0] ?? server).toUpperCase();

/** The zone a record call means. */
export const zoneOf = (dns: DnsScenario, name: unknown, cmdlet: string): Zone => {
  const found = zonesOf(dns).find((zone) => sameName(zone.name, String(name)));
  if (found) return found;
  throw dnsError('noZone', cmdlet, `Failed to get the zone information for ${String(name)} on server ${nameOf(dns)}.`);
};
