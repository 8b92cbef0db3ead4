import type { Finding } from '../../domain/finding.ts';
import { finding } from '../arm/finding.ts';
import { subscriptionOf } from '../arm/ids.ts';
import { textAt } from '../arm/reading.ts';
import { API } from '../arm/versions.ts';
import type { AzureMigrate } from './context.ts';
import type { Landscape } from './landscape.ts';
import type { Look } from './look.ts';

/** Regions of the geographies that take Azure Local migrations. A §4.5 */
const REGIONS = ['southeastasia', 'eastasia', 'northeurope', 'westeurope', 'centralus', 'westus2'];

const PROVIDERS = [
  'Microsoft.DataReplication',
  'Microsoft.OffAzure',
  'Microsoft.Migrate',
  'Microsoft.AzureStackHCI',
  'Microsoft.HybridCompute',
];

const sameRegion = (a: string | null, b: string | null): boolean =>
  a?.toLowerCase().replaceAll(' ', '') === b?.toLowerCase().replaceAll(' ', '');

export const providerFindings =
  ({ arm, instance }: AzureMigrate): Look =>
  async () => {
    const subscriptions = [
      ...new Set([instance.subscription, subscriptionOf(instance.target.resourceGroupId) ?? instance.subscription]),
    ];
    const asked = subscriptions.flatMap((subscription) => PROVIDERS.map((provider) => ({ subscription, provider })));
    const states = await Promise.all(
      asked.map(async (one) => ({
        ...one,
        state:
          textAt(
            (await arm.get(`/subscriptions/${one.subscription}/providers/${one.provider}`, API.resources))?.body,
            'registrationState',
          ) ?? 'unknown',
      })),
    );
    return states
      .filter(({ state }) => state.toLowerCase() !== 'registered')
      .map(({ provider, subscription, state }) =>
        finding(
          'PF-509',
          'block',
          subscription,
          `Resource provider ${provider} is ${state}.`,
          `Register ${provider} in subscription ${subscription}.`,
        ),
      );
  };

export const projectFindings = ({ instance }: AzureMigrate, at: Landscape): readonly Finding[] => {
  const subject = instance.project;
  const register = 'Register both appliances with the project and wait until they show Connected.';
  if (!at.project)
    return [
      finding(
        'PF-510',
        'block',
        subject,
        `There is no Azure Migrate project ${subject}.`,
        'Create it, or correct its name in the plan.',
      ),
    ];
  const region = at.project.location;
  const known = region === null || REGIONS.some((name) => sameRegion(name, region));
  return [
    ...(known
      ? []
      : [
          finding(
            'PF-510',
            'warn',
            subject,
            `Region ${region} is none that is known to take Azure Local migrations.`,
            `Use one of ${REGIONS.join(', ')}.`,
          ),
        ]),
    ...(at.solution && at.vault
      ? []
      : [finding('PF-510', 'block', subject, 'The project has no replication vault yet.', register)]),
    ...(at.vault && at.vault.state?.toLowerCase() !== 'succeeded'
      ? [finding('PF-510', 'block', at.vault.name, `The replication vault is ${at.vault.state}.`, register)]
      : []),
  ];
};

export const applianceFindings = ({ instance }: AzureMigrate, at: Landscape): readonly Finding[] =>
  (
    [
      [instance.sourceAppliance, at.source],
      [instance.targetAppliance, at.target],
    ] as const
  ).flatMap(([name, fabric]) => {
    if (!fabric)
      return [
        finding(
          'PF-512',
          'block',
          name,
          `Appliance ${name} is not registered with the project.`,
          'Register it, or correct its name in the plan.',
        ),
      ];
    if (!fabric.agent.responsive)
      return [
        finding(
          'PF-512',
          'block',
          name,
          `Appliance ${name} does not answer Azure.`,
          'Start the appliance and its services asrgwy, asrmgmtsvc and amhvdiscoverysvc.',
        ),
      ];
    if (fabric.health?.toLowerCase() === 'critical')
      return [
        finding('PF-512', 'warn', name, `Azure calls appliance ${name} critical.`, 'Look at its health in the portal.'),
      ];
    return [];
  });

export const bridgeFindings =
  ({ bridges, instance }: AzureMigrate): Look =>
  async () => {
    const subject = instance.target.customLocation;
    const found = await bridges.current();
    if (!found)
      return [
        finding(
          'PF-503',
          'block',
          subject,
          'Azure knows no resource bridge for this custom location and cluster.',
          'Check target.cluster and target.customLocation in the plan.',
        ),
      ];
    if (found.state.toLowerCase() === 'running') return [];
    return [
      finding(
        'PF-503',
        'block',
        subject,
        `The Arc resource bridge is ${found.state}.`,
        'Bring the resource bridge back to Running.',
      ),
    ];
  };

/** Policy, extension and cache account, where the appliances are registered. */
export const infrastructureFindings =
  ({ infrastructure }: AzureMigrate): Look =>
  async () => {
    const at = await infrastructure.registered();
    const account = infrastructure.storageAccountId(at);
    const [policy, extension, cache] = await Promise.all([
      infrastructure.policy(at),
      infrastructure.extension(at),
      infrastructure.storageAccount(account),
    ]);
    const run = 'Run `initialise` for this instance.';
    const state = (name: string, is: string) =>
      is === 'ready' ? [] : [finding('PF-516', 'block', name, `The ${name} is ${is}.`, run)];
    const closed =
      cache.body !== null && textAt(cache.body, 'properties.publicNetworkAccess')?.toLowerCase() === 'disabled';
    const elsewhere = cache.body !== null && !sameRegion(textAt(cache.body, 'location'), at.location);
    const premium = cache.body !== null && textAt(cache.body, 'sku.name')?.toLowerCase().startsWith('premium');
    return [
      ...state('replication policy', policy.state),
      ...state('replication extension', extension.state),
      ...(cache.state === 'missing'
        ? [finding('PF-511', 'block', account, 'The cache storage account is missing.', run)]
        : []),
      ...(closed
        ? [
            finding(
              'PF-511',
              'block',
              account,
              'The cache storage account has no public network access.',
              'Allow public network access; private endpoints are not supported.',
            ),
          ]
        : []),
      ...(elsewhere
        ? [
            finding(
              'PF-511',
              'block',
              account,
              `The cache storage account is not in ${at.location}, where the project is.`,
              'Use an account in the project’s region.',
            ),
          ]
        : []),
      ...(premium
        ? [
            finding(
              'PF-511',
              'block',
              account,
              'The cache storage account is not of a standard kind.',
              'Use a Standard account.',
            ),
          ]
        : []),
    ];
  };
