import type { RequestListener } from 'node:http';
import type { Estate } from '../estate/types.ts';
import { advanceInstances } from './azure-local/instance-work.ts';
import { seedNetworks } from './azure-local/networks.ts';
import { seedContainers } from './azure-local/storage.ts';
import { entra } from './entra/authority.ts';
import { listener } from './http/listener.ts';
import { armLab, type Lab, putResource, resourceAt, together } from './lab.ts';
import { discover } from './off-azure/discovery.ts';
import { completing, disabling, updating } from './replication/disabling.ts';
import { enabling } from './replication/enabling.ts';
import { advanceJobs, type Plans } from './replication/engine.ts';
import { failover } from './replication/failover.ts';
import { replicate } from './replication/replicating.ts';
import { settleSetting } from './replication/settings-work.ts';
import { routes } from './routes.ts';

const plans: Plans = { enable: enabling, initial: completing, update: updating, failover, delete: disabling };

/** The most lab time one tick may copy for: a lab that slept does not catch up at once. */
const longestStep = 2_000;

const seed = (lab: Lab): void =>
  together(lab, () => {
    const { group } = lab.names;
    if (!resourceAt(lab, group)) {
      const { resourceGroup: name, location } = lab.estate.scenario.azure;
      putResource(lab, {
        id: group,
        name,
        type: 'Microsoft.Resources/resourceGroups',
        location,
        properties: {},
        createdAt: lab.estate.now(),
        hidden: {},
      });
    }
    seedNetworks(lab);
    seedContainers(lab);
  });

/** Azure Resource Manager: Azure Migrate, replication and Azure Local of the estate's scenario, over requests already free of TLS. */
export const handle = (estate: Estate): RequestListener => {
  const lab = armLab(estate);
  seed(lab);
  let last = estate.now();
  estate.onTick((now) => {
    together(lab, () => discover(lab, now));
    advanceJobs(lab, plans, settleSetting, now);
    replicate(lab, now, Math.min(longestStep, now - last));
    advanceInstances(lab, now);
    last = now;
  });
  return listener(lab, routes);
};

/** The Entra authority that issues the tokens `handle` accepts. */
export const authority = (estate: Estate): RequestListener => entra(armLab(estate));

export { type ArmNames, armNames } from './names.ts';
