import type { Finding } from '../../domain/finding.ts';
import { finding } from '../arm/finding.ts';
import { type Json, listAt, textAt } from '../arm/reading.ts';
import type { AzureMigrate } from './context.ts';
import type { Landscape } from './landscape.ts';
import type { Look } from './look.ts';

const nameOf = (row: Json): string => textAt(row, 'properties.fqdn') ?? textAt(row, 'name') ?? 'a host';

const troubleOf = (row: Json): string | null => {
  const [first] = listAt(row, 'properties.errors');
  if (!first) return null;
  return (
    textAt(first, 'summaryMessage') ?? textAt(first, 'message') ?? textAt(first, 'code') ?? 'an error without words'
  );
};

/**
 * Whether the source appliance may read its Hyper-V hosts: it keeps what went wrong beside each. A site may hold hosts that are
 * none of ours, so only when every one is in trouble is it a blocker. U §2.4 PF-308, A §1.3a
 */
export const hostFindings =
  ({ arm, instance }: AzureMigrate, at: Landscape): Look =>
  async () => {
    const site = at.source?.siteId;
    if (!site) return [];
    const { offAzure } = instance.apiVersions;
    const [hosts, clusters] = await Promise.all([
      arm.list(`${site}/hosts`, offAzure),
      arm.list(`${site}/clusters`, offAzure),
    ]);
    const known = [...hosts.rows, ...clusters.rows];
    if (known.length === 0)
      return [
        finding(
          'PF-308',
          'block',
          instance.sourceAppliance,
          `Appliance ${instance.sourceAppliance} knows no Hyper-V host.`,
          'Add the staging host to the appliance, with an account that is administrator there.',
        ),
      ];
    const troubled = known.flatMap((row) => {
      const trouble = troubleOf(row);
      return trouble === null ? [] : [{ name: nameOf(row), trouble }];
    });
    const severity = troubled.length === known.length ? 'block' : 'warn';
    return troubled.map(
      ({ name, trouble }): Finding =>
        finding(
          'PF-308',
          severity,
          name,
          `Appliance ${instance.sourceAppliance} has trouble with it: ${trouble}`,
          'See that its account is administrator on the host, and that WMI and WinRM are open to the appliance.',
        ),
    );
  };
