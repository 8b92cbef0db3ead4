import { finding } from '../arm/finding.ts';
import type { Mover } from '../contracts/mover.ts';
import { CAPABILITIES } from './capabilities.ts';
import type { AzureMigrate } from './context.ts';
import { hostFindings } from './host-findings.ts';
import { landingFindings } from './landing-rules.ts';
import { look } from './look.ts';
import { machineFindings } from './machine-findings.ts';
import {
  applianceFindings,
  bridgeFindings,
  infrastructureFindings,
  projectFindings,
  providerFindings,
} from './project-findings.ts';
import { unknownSettings } from './settings.ts';

/**
 * Everything ARM can answer about this mover before a hop. Changes nothing. No Az.Migrate and no az is used, so PF-514 comes to
 * this: each api-version of the plan is asked with here, and one that is not served is refused. U §2.6
 */
export const preflight =
  (room: AzureMigrate): Mover['preflight'] =>
  async (order) => {
    const { instance, landscape, agentVersion } = room;
    landscape.forget();
    const at = await landscape.get();
    const registered = at.project && at.solution && at.vault && at.source && at.target;
    const looks = await Promise.all([
      look('PF-509', instance.subscription, providerFindings(room)),
      look('PF-503', instance.target.customLocation, bridgeFindings(room)),
      registered ? look('PF-516', instance.project, infrastructureFindings(room)) : [],
      look('PF-308', instance.sourceAppliance, hostFindings(room, at)),
      look('PF-513', order.vm.name, machineFindings(room, at, order)),
    ]);
    const settings = unknownSettings(order.settings);
    return {
      productVersion: `Microsoft.DataReplication ${instance.apiVersions.dataReplication}`,
      agentVersion,
      capabilities: CAPABILITIES,
      findings: [
        ...projectFindings(room, at),
        ...applianceFindings(room, at),
        ...looks.flat(),
        ...landingFindings(order.landing, instance.target),
        ...(settings.length > 0
          ? [
              finding(
                'PF-001',
                'block',
                order.vm.name,
                `Settings this mover does not have: ${settings.join(', ')}.`,
                'It has adoptItem and recreateFailed, each true or false.',
              ),
            ]
          : []),
        finding(
          'PF-510',
          'info',
          instance.project,
          'Microsoft still calls Hyper-V to Azure Local a preview.',
          'Nothing to do now.',
        ),
      ],
    };
  };
