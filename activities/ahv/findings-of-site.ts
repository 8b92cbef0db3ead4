import type { Finding, Severity } from '../../domain/finding.ts';
import { at, type JsonObject, textAt } from '../http/reading.ts';

const numbersOf = (version: string): readonly number[] => (version.match(/\d+/g) ?? []).map(Number);

/** Part by part; a missing part is 0. */
export const compareVersions = (a: string, b: string): number => {
  const [left, right] = [numbersOf(a), numbersOf(b)];
  for (let n = 0; n < Math.max(left.length, right.length); n += 1) {
    const difference = (left[n] ?? 0) - (right[n] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
};

const OLDEST_AOS = '6.8.1.6';
const between = (version: string, from: string, to: string): boolean =>
  compareVersions(version, from) >= 0 && compareVersions(version, to) <= 0;
const BAD_PRISM = ['7.3.1.2', '7.3.1.3', '7.5.0.0'];

/** `pc.2022.6` to `pc.2024.3.1.10`, or `pc.7.3` and newer without three releases. Years and releases are two numberings. U §2.2 PF-102 */
export const isPrismSupported = (version: string): boolean =>
  (numbersOf(version)[0] ?? 0) >= 2000
    ? between(version, '2022.6', '2024.3.1.10')
    : compareVersions(version, '7.3') >= 0 && !BAD_PRISM.some((bad) => compareVersions(version, bad) === 0);

/** What the cluster and its Prism Central say about moving VMs off them. U §2.2 */
export const findingsOfSite = (
  subject: string,
  cluster: JsonObject | null,
  prismVersion: string | null,
): readonly Finding[] => {
  const findings: Finding[] = [];
  const say = (id: string, severity: Severity, message: string, fix: string): void => {
    findings.push({ id, severity, subject, message, fix });
  };
  if (prismVersion === null)
    say('PF-102', 'warn', 'Prism Central does not tell its version.', 'Compare it with the list of supported ones.');
  else if (!isPrismSupported(prismVersion))
    say(
      'PF-102',
      'block',
      `Prism Central ${prismVersion} is not supported by the backup plug-in.`,
      'Update Prism Central.',
    );
  if (!cluster) {
    say(
      'PF-101',
      'block',
      'Its cluster is not to be found in Prism Central.',
      'Correct `cluster` of this instance in the plan, or the rights of its account.',
    );
    return findings;
  }
  const aos = textAt(cluster, 'config.buildInfo.version');
  if (aos === null)
    say('PF-101', 'warn', 'The cluster does not tell its AOS version.', `It has to be ${OLDEST_AOS} or newer.`);
  else if (compareVersions(aos, OLDEST_AOS) < 0)
    say('PF-101', 'block', `AOS ${aos} is older than ${OLDEST_AOS}.`, 'Update AOS.');
  if (at(cluster, 'network.externalDataServiceIp') === null)
    say(
      'PF-103',
      'block',
      'The cluster has no iSCSI data services address.',
      'Set it in the cluster details; backup workers read through it.',
    );
  const hypervisors = at(cluster, 'config.hypervisorTypes');
  if (Array.isArray(hypervisors) && !hypervisors.includes('AHV'))
    say('PF-104', 'block', 'The cluster does not run AHV.', 'Name the platform it runs as the source.');
  return findings;
};
