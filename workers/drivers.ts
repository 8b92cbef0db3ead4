import { join, resolve } from 'node:path';
import { ahvPlatform } from '../activities/ahv/index.ts';
import { type Arm, type ArmSite, openArm } from '../activities/arm/index.ts';
import { azureLocalPlatform } from '../activities/azure-local/index.ts';
import { azureMigrateMover } from '../activities/azure-migrate/index.ts';
import type { CmdletRunner } from '../activities/contracts/cmdlets.ts';
import { dnsServer } from '../activities/dns/index.ts';
import { guestDriver, guestScripts } from '../activities/guest/index.ts';
import { httpHooks, runCmdlets } from '../activities/hooks/index.ts';
import { attemptNow } from '../activities/http/attempt.ts';
import { hyperVPlatform } from '../activities/hyper-v/index.ts';
import { veeamMover } from '../activities/veeam/index.ts';
import type { Estate, Executable } from '../domain/estate.ts';
import type { Policies } from '../domain/plan.ts';
import type { Served } from './agent.ts';
import type { Capture, Exchange, Medium } from './capture/capture.ts';
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
const runnerOf = async (site: Site, product: string, powershell: Executable): Promise<CmdletRunner> => {
  const run = createCmdletRunner({
    executable: powershell.command,
    entryScript: resolve(import.meta.dirname, 'powershell', 'run-cmdlets.ps1'),
    catalogue: await loadCatalogue([join(products, product, 'cmdlets.json')]),
    scripts: product === 'guest' ? guestScripts(join(products, 'guest', 'scripts')) : {},
    resolveSecret: secretsOf(site),
    timeoutMs: CMDLET_TIMEOUT_MS,
    ...listening(site, product, 'cmdlets'),
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
  /** Records what the product says; nobody listens where it is not given. */
  readonly capture?: Capture;
}

const secretsOf = ({ capture }: Site): typeof resolveSecret => capture?.guarding(resolveSecret) ?? resolveSecret;

const listening = (
  { capture, instance }: Site,
  product: string,
  medium: Medium,
): { readonly heard?: (exchange: Exchange) => void } =>
  capture ? { heard: capture.hear(`${product}@${instance}`, medium) } : {};

const armOf = (site: Site, product: string, instance: ArmSite): Arm =>
  openArm(instance, { secret: secretsOf(site), signal: cancelled, ...listening(site, product, 'http') });

/** How each product's driver is made from what the plan says of an instance. */
const MAKERS: Readonly<Record<string, (site: Site) => Promise<object>>> = {
  ahv: async (site) =>
    ahvPlatform({
      instance: known(site.estate.ahv, 'ahv', site.instance),
      resolveSecret: secretsOf(site),
      ...listening(site, 'ahv', 'http'),
      now: () => new Date(),
      agentVersion: VERSION,
      at: `ahv@${site.instance}`,
    }),
  veeam: async (site) => {
    const { estate, policies } = site;
    const instance = known(estate.veeam, 'veeam', site.instance);
    const run = await runnerOf(site, 'veeam', instance.powershell);
    const mover = veeamMover({
      instance,
      run,
      hosts: estate['hyper-v'],
      resolveSecret: secretsOf(site),
      ...listening(site, 'veeam', 'http'),
      now: () => new Date(),
      pollMs: policies.pollMs,
      agentVersion: VERSION,
      at: `veeam@${site.instance}`,
    });
    return { ...mover, runCmdlets: runCmdlets(run) };
  },
  'hyper-v': async (site) => {
    const { estate, policies } = site;
    const instance = known(estate['hyper-v'], 'hyper-v', site.instance);
    const run = await runnerOf(site, 'hyper-v', instance.powershell);
    const platform = hyperVPlatform({
      instance,
      run,
      steadyMs: policies.steadyMs,
      pollMs: policies.pollMs,
      agentVersion: VERSION,
    });
    return { ...platform, runCmdlets: runCmdlets(run) };
  },
  'azure-migrate': async (site) => {
    const { estate, policies } = site;
    const instance = known(estate['azure-migrate'], 'azure-migrate', site.instance);
    return azureMigrateMover({
      instance,
      arm: armOf(site, 'azure-migrate', instance),
      pollMs: policies.pollMs,
      agentVersion: VERSION,
    });
  },
  'azure-local': async (site) => {
    const instance = known(site.estate['azure-local'], 'azure-local', site.instance);
    return azureLocalPlatform({
      instance,
      arm: armOf(site, 'azure-local', instance),
      agentVersion: VERSION,
    });
  },
  hooks: async (site) =>
    httpHooks({
      instance: known(site.estate.hooks ?? {}, 'hooks', site.instance),
      resolveSecret: secretsOf(site),
    }),
  dns: async (site) => {
    const instance = known(site.estate.dns ?? {}, 'dns', site.instance);
    const run = await runnerOf(site, 'dns', instance.powershell);
    return { ...dnsServer({ instance, run }), runCmdlets: runCmdlets(run) };
  },
  guest: async (site) => {
    const instance = known(site.estate.guest, 'guest', site.instance);
    return guestDriver({
      instance,
      run: await runnerOf(site, 'guest', instance.powershell),
      scripts: guestScripts(join(products, 'guest', 'scripts')),
      resolveSecret: secretsOf(site),
      ...listening(site, 'guest', 'ssh'),
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
  const served = (await maker(site)) as Served;
  const { capture } = site;
  if (!capture) return served;
  // An order names its VM, hosts and networks before the product does.
  return Object.fromEntries(
    Object.entries(served).map(([verb, act]) => [
      verb,
      (order: never) => {
        capture.learn(order);
        return act(order);
      },
    ]),
  );
};
