import { mishap, notFinished } from '../contracts/mishap.ts';
import type { AzureMigrate } from './context.ts';
import type { Registered } from './infrastructure.ts';

/** Both appliances answer and the resource bridge runs: looked at before enabling and before a failover. A §1.3c, §5.3 */
export const reachableTarget = async ({
  landscape,
  infrastructure,
  bridges,
  instance,
}: AzureMigrate): Promise<{ readonly at: Registered; readonly region: string }> => {
  landscape.forget();
  const [at, bridge] = await Promise.all([infrastructure.registered(), bridges.current()]);
  const silent = [at.source, at.target].find(({ agent }) => !agent.responsive);
  if (silent) return notFinished(`Appliance ${silent.agent.machineName} does not answer Azure; waiting until it does`);
  if (!bridge)
    throw mishap.configuration(
      `Azure knows no resource bridge for custom location ${instance.target.customLocation} on this cluster`,
      {
        fix: 'Check target.cluster and target.customLocation of this instance in the plan.',
      },
    );
  if (bridge.state.toLowerCase() !== 'running')
    return notFinished(`The Arc resource bridge is ${bridge.state}; waiting until it runs`);
  const region = instance.target.customLocationRegion ?? bridge.region;
  if (!region)
    throw mishap.configuration('The region of the custom location is not known', {
      fix: 'Name target.customLocationRegion in the plan.',
    });
  return { at, region };
};
