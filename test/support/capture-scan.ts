import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Scenario } from '../../lab/estate/scenario.ts';
import type { TrialEstate, Written } from '../../tools/estate/estate.ts';

/** Everything in a scenario that says whose estate it is. */
const namesOf = ({ prism, veeam, hyperV, azure, bastion, vms }: Scenario): readonly string[] => [
  ...[prism.instance, prism.user, prism.cluster, ...prism.subnets.flatMap(({ extId, name }) => [extId, name])],
  ...[veeam.instance, veeam.server, veeam.user, veeam.repository],
  ...[hyperV.instance, hyperV.host, hyperV.windows.user, ...hyperV.switches, ...hyperV.volumes.map(({ path }) => path)],
  ...[azure.migrateInstance, azure.localInstance, azure.tenant, azure.clientId, azure.subscription],
  ...[azure.resourceGroup, azure.project, azure.sourceAppliance, azure.targetAppliance, azure.cluster],
  ...azure.logicalNetworks.map(({ name }) => name),
  ...azure.storagePaths.flatMap(({ name, path }) => [name, path]),
  bastion.user,
  ...vms.flatMap((vm) => [
    ...[vm.uuid, vm.name, vm.hostname, vm.expected.staging.name, vm.expected.target.name],
    ...vm.nics.flatMap(({ mac, ip, gateway, dns }) => [mac, mac.replaceAll(':', ''), ip, gateway, ...dns]),
  ]),
];

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

export interface Scanned {
  readonly lines: readonly Readonly<Record<string, unknown>>[];
  /** Names and secrets of the scenario that can be read in the capture. */
  readonly betrayed: readonly string[];
}

/** Reads every capture of a trial and looks for every secret and name of its scenario, in any case and as JSON writes them. */
export const scanCapture = (trial: TrialEstate, folder: string): Scanned => {
  const scenario = JSON.parse(readFileSync(trial.scenario, 'utf8')) as Scenario;
  const { secrets } = JSON.parse(readFileSync(join(trial.folder, 'trial.json'), 'utf8')) as Written;
  const text = readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('');
  const written = (value: string): string => escaped(JSON.stringify(value).slice(1, -1));
  const isRead = (value: string): boolean => new RegExp(`(?<![a-z0-9])${written(value)}(?![a-z0-9])`, 'i').test(text);
  const sought = [...namesOf(scenario), ...Object.values(secrets).filter((value) => value !== 'none')];
  return {
    lines: text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>),
    betrayed: [...new Set(sought)].filter((value) => value.length > 3 && isRead(value)),
  };
};
