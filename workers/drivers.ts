import { join, resolve } from 'node:path';
import { ahvPlatform } from '../activities/ahv/index.ts';
import { openArm } from '../activities/arm/index.ts';
import { azureLocalPlatform } from '../activities/azure-local/index.ts';
import { azureMigrateMover } from '../activities/azure-migrate/index.ts';
import type { CmdletRunner } from '../activities/contracts/cmdlets.ts';
import { guestDriver, guestScripts } from '../activities/guest/index.ts';
import { attemptNow } from '../activities/http/attempt.ts';
import { hyperVPlatform } from '../activities/hyper-v/index.ts';
import { veeamMover } from '../activities/veeam/index.ts';
import type { Estate, Executable } from '../domain/estate.ts';
import type { Policies } from '../domain/plan.ts';
import type { Served } from './agent.ts';
import { loadCatalogue } from './powershell/catalogue.ts';
import { createCmdletRunner } from './powershell/runner.ts';
import { resolveSecret } from './secrets.ts';
import { VERSION } from './version.ts';

const CMDLET_TIMEOUT_MS = 300_000;

/** Where the drivers' own files are, wherever the process was started. */
const products = resolve(import.meta.dirname, '..', 'activities');

/** Cancels what is done for the running activity. What several share is done outside of one: nobody's cancellation ends it. */
const cancelled = (): AbortSignal | undefined => attemptNow().cancelled;

/** One runner an instance: its driver's own catalogue and nothing beyond it. Cancelling an activity kills the shell it waits for. */
const runnerOf = async (product: string, powershell: Executable): Promise<CmdletRunner> => {
  const run = createCmdletRunner({
    executable: powershell.command,
    entryScript: resolve(import.meta.dirname, 'powershell', 'run-cmdlets.ps1'),
    catalogue: await loadCatalogue([join(products, product, 'cmdlets.json')]),
    scripts: product === 'guest' ? guestScripts(join(products, 'guest', 'scripts')) : {},
    resolveSecret,
    timeoutMs: CMDLET_TIMEOUT_MS,
  });
  return (calls, options) => {
    const signal = cancelled();
    return run(calls, { ...(signal ? { signal } : {}), ...options });
  };
};

interface Site {
  readonly estate: Estate;
  readonly policies: Policies;
  readonly instance: string;
}

/** How each product's driver is made from what the plan says of an instance. */
const MAKERS: Readonly<Record<string, (site: Site) => Promise<object>>> = {
  ahv: async ({ estate, instance }) =>
    ahvPlatform({
      instance: known(estate.ahv, 'ahv', instance),
      resolveSecret,
      now: () => new Date(),
      agentVersion: VERSION,
      at: `ahv@${instance}`,
    }),
  veeam: async ({ estate, policies, instance }) => {
    const site = known(estate.veeam, 'veeam', instance);
    return veeamMover({
      instance: site,
      run: await runnerOf('veeam', site.powershell),
      hosts: estate['hyper-v'],
      resolveSecret,
      now: () => new Date(),
      pollMs: policies.pollMs,
      agentVersion: VERSION,
      at: `veeam@${instance}`,
    });
  },
  'hyper-v': async ({ estate, policies, instance }) => {
    const site = known(estate['hyper-v'], 'hyper-v', instance);
    return hyperVPlatform({
      instance: site,
      run: await runnerOf('hyper-v', site.powershell),
      steadyMs: policies.steadyMs,
      pollMs: policies.pollMs,
      agentVersion: VERSION,
    });
  },
  'azure-migrate': async ({ estate, policies, instance }) => {
    const site = known(estate['azure-migrate'], 'azure-migrate', instance);
    return azureMigrateMover({
      instance: site,
      arm: openArm(site, { secret: resolveSecret, signal: cancelled }),
      pollMs: policies.pollMs,
      agentVersion: VERSION,
    });
  },
  'azure-local': async ({ estate, instance }) => {
    const site = known(estate['azure-local'], 'azure-local', instance);
    return azureLocalPlatform({
      instance: site,
      arm: openArm(site, { secret: resolveSecret, signal: cancelled }),
      agentVersion: VERSION,
    });
  },
  guest: async ({ estate, instance }) => {
    const site = known(estate.guest, 'guest', instance);
    return guestDriver({
      instance: site,
      run: await runnerOf('guest', site.powershell),
      scripts: guestScripts(join(products, 'guest', 'scripts')),
      resolveSecret,
      agentVersion: VERSION,
    });
  },
};

const known = <T>(instances: Readonly<Record<string, T>>, product: string, instance: string): T => {
  const site = instances[instance];
  if (!site)
    throw new Error(
      `The plan has no ${product}@${instance}. It has: ${
        Object.keys(instances)
          .map((name) => `${product}@${name}`)
          .join(', ') || 'none'
      }.`,
    );
  return site;
};

/** The verbs of one instance. Throws before anything is polled when the plan does not know it. */
export const driverOf = async (site: Site & { readonly product: string }): Promise<Served> => {
  const maker = MAKERS[site.product];
  if (!maker) throw new Error(`No driver for ${site.product}. There are: ${Object.keys(MAKERS).join(', ')}.`);
  return (await maker(site)) as Served;
};
