import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { openArm } from '../../activities/arm/index.ts';
import { azureLocalPlatform } from '../../activities/azure-local/index.ts';
import { type AzureMigrateMover, azureMigrateMover } from '../../activities/azure-migrate/index.ts';
import type { CmdletRunner } from '../../activities/contracts/cmdlets.ts';
import type { Guest } from '../../activities/contracts/guest.ts';
import type { Mover, MoverOrder } from '../../activities/contracts/mover.ts';
import type { Platform } from '../../activities/contracts/platform.ts';
import { guestDriver, guestScripts } from '../../activities/guest/index.ts';
import { hyperVPlatform } from '../../activities/hyper-v/index.ts';
import { CONTRACT, queueOf } from '../../domain/address.ts';
import type { Executable } from '../../domain/estate.ts';
import { type HopOrder, isIdentified, type JourneyOrder, journeyOrder, type Plan } from '../../domain/plan.ts';
import { tokenOf } from '../../domain/token.ts';
import type { VmRef } from '../../domain/vm.ts';
import { readPlan } from '../../plan/read-plan.ts';
import { loadCatalogue } from '../../workers/powershell/catalogue.ts';
import { createCmdletRunner } from '../../workers/powershell/runner.ts';
import { resolveSecret } from '../../workers/secrets.ts';
import { type Execution, execution } from './agent-try.ts';
import type { LabProcess } from './lab-process.ts';
import { STAGED } from './staged.ts';

type Order<V extends (order: never) => unknown> = Parameters<V>[0];
type Result<V extends (order: never) => unknown> = Awaited<ReturnType<V>>;

const runnerOf = async (product: string, powershell: Executable): Promise<CmdletRunner> =>
  createCmdletRunner({
    executable: powershell.command,
    entryScript: resolve('workers', 'powershell', 'run-cmdlets.ps1'),
    catalogue: await loadCatalogue([resolve('activities', product, 'cmdlets.json')]),
    scripts: product === 'guest' ? guestScripts() : {},
    resolveSecret,
    timeoutMs: 60_000,
  });

/** The drivers of the second hop against one lab, made from the plan as an agent makes them. */
export interface SecondHop {
  readonly lab: LabProcess;
  readonly plan: Plan;
  readonly journey: JourneyOrder;
  readonly hop: HopOrder;
  /** On staging. */
  readonly vm: VmRef;
  token(verb: string, round?: number): string;
  initialise(): Execution<Result<AzureMigrateMover['initialise']>>;
  mover<V extends keyof Mover>(verb: V, order?: Partial<Order<Mover[V]>>): Execution<Result<Mover[V]>>;
  /** Of the VM on staging. */
  hyperV<V extends keyof Platform>(verb: V, order?: Partial<Order<Platform[V]>>): Execution<Result<Platform[V]>>;
  /** `vm` has to be given for what works on the VM. */
  azureLocal<V extends keyof Platform>(verb: V, order?: Partial<Order<Platform[V]>>): Execution<Result<Platform[V]>>;
  /** Inside the VM on staging. */
  guestBefore<V extends keyof Guest>(verb: V, order?: Partial<Order<Guest[V]>>): Execution<Result<Guest[V]>>;
  /** Inside the VM that landed; `vm` and `addresses` have to be given. */
  guestAfter<V extends keyof Guest>(verb: V, order: Partial<Order<Guest[V]>>): Execution<Result<Guest[V]>>;
  /** Agents that know nothing of before: as after a restart. */
  freshAgents(): Promise<SecondHop>;
}

const planOf = async ({ folder }: LabProcess): Promise<Plan> => {
  const read = await readPlan({
    planPath: join(folder, 'plan.yaml'),
    csvPath: join(folder, 'vms.csv'),
    now: Date.now(),
  });
  if ('plan' in read) return read.plan;
  throw new Error(read.refusals.map(({ file, line, message }) => `${file}:${line} ${message}`).join('\n'));
};

export const secondHop = async (lab: LabProcess): Promise<SecondHop> => {
  const { secrets } = JSON.parse(readFileSync(join(lab.folder, 'trial.json'), 'utf8')) as {
    readonly secrets: Readonly<Record<string, string>>;
  };
  Object.assign(process.env, secrets);
  const plan = await planOf(lab);
  const first = plan.vms[0];
  if (!first || !isIdentified(first)) throw new Error('The scenario has a VM with an id.');
  const journey = journeyOrder(plan, first);
  const [before, hop] = journey.hops;
  if (!before || !hop) throw new Error('The path has two hops.');

  const { estate, policies } = plan;
  const hyperV = estate['hyper-v'][hop.from.instance];
  const migrate = estate['azure-migrate'][hop.mover.instance];
  const local = estate['azure-local'][hop.to.instance];
  const [inside, outside] = [estate.guest[hop.guests.source], estate.guest[hop.guests.target]];
  if (!hyperV || !migrate || !local || !inside || !outside)
    throw new Error('The estate has the instances of its path.');
  const secret = { secret: resolveSecret };
  const drivers = {
    hyperV: hyperVPlatform({
      instance: hyperV,
      run: await runnerOf('hyper-v', hyperV.powershell),
      steadyMs: policies.steadyMs,
      agentVersion: 'test',
    }),
    mover: azureMigrateMover({
      instance: migrate,
      arm: openArm(migrate, secret),
      pollMs: policies.pollMs,
      agentVersion: 'test',
    }),
    azureLocal: azureLocalPlatform({ instance: local, arm: openArm(local, secret), agentVersion: 'test' }),
    guestBefore: guestDriver({
      instance: inside,
      run: await runnerOf('guest', inside.powershell),
      resolveSecret,
      agentVersion: 'test',
    }),
    guestAfter: guestDriver({
      instance: outside,
      run: await runnerOf('guest', outside.powershell),
      resolveSecret,
      agentVersion: 'test',
    }),
  };

  const { speed } = JSON.parse(readFileSync(join(lab.dir, 'scenario.json'), 'utf8')) as { readonly speed: number };
  const asking = { pollMs: Math.min(policies.pollMs, 50), speed, noProgressMs: policies.noProgressMs };
  const vm = { id: STAGED, name: before.landing.name };
  const token = (verb: string, round = 0): string => tokenOf({ vm: journey.source.id, hop: hop.n, verb, round });
  const moverOrder = (verb: string): MoverOrder => ({
    to: hop.mover,
    token: token(verb),
    journey: journey.source.id,
    vm,
    from: hop.from,
    target: hop.to,
    landing: hop.landing,
    settings: hop.settings,
    hop: hop.n,
  });
  const platform =
    (driver: Platform, address: HopOrder['from'], role: 'source' | 'target') =>
    <V extends keyof Platform>(verb: V, more: object = {}): Execution<Result<Platform[V]>> => {
      const base = {
        to: address,
        vm: role === 'source' ? vm : null,
        token: token(verb),
        journey: journey.source.id,
      };
      const asked = {
        preflight: { role, landing: role === 'target' ? hop.landing : null, bytesNeeded: 0 },
        health: { landing: hop.landing, hop: hop.n },
        reshape: { landing: hop.landing },
        remove: { alive: [] },
        isolate: { extent: 'full' },
      } as Readonly<Record<string, object>>;
      const whole = { ...base, ...asked[verb], ...more };
      return execution(driver[verb] as (order: object) => Promise<Result<Platform[V]>>, whole, {
        ...asking,
        queue: queueOf(address),
      });
    };
  const guest =
    (driver: Guest, platform: HopOrder['from'], instance: string) =>
    <V extends keyof Guest>(verb: V, more: object = {}): Execution<Result<Guest[V]>> => {
      const to = { product: 'guest', instance, contract: CONTRACT } as const;
      const whole = { to, vm, platform, os: journey.os, addresses: [], token: token(verb), hop: hop.n, ...more };
      return execution(driver[verb] as (order: object) => Promise<Result<Guest[V]>>, whole, {
        ...asking,
        queue: queueOf(to),
      });
    };
  const queue = queueOf(hop.mover);
  return {
    lab,
    plan,
    journey,
    hop,
    vm,
    token,
    initialise: () => execution(drivers.mover.initialise, { to: hop.mover }, { ...asking, queue }),
    mover: (verb, more = {}) =>
      execution(
        drivers.mover[verb] as (order: object) => Promise<never>,
        { ...moverOrder(verb), ...more },
        { ...asking, queue },
      ),
    hyperV: platform(drivers.hyperV, hop.from, 'source'),
    azureLocal: platform(drivers.azureLocal, hop.to, 'target'),
    guestBefore: guest(drivers.guestBefore, hop.from, hop.guests.source),
    guestAfter: guest(drivers.guestAfter, hop.to, hop.guests.target),
    freshAgents: () => secondHop(lab),
  };
};
