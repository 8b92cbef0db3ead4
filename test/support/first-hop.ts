import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Mover, MoverOrder } from '../../activities/contracts/mover.ts';
import type { Platform } from '../../activities/contracts/platform.ts';
import { type Address, queueOf } from '../../domain/address.ts';
import { type HopOrder, isIdentified, type JourneyOrder, journeyOrder, type Plan } from '../../domain/plan.ts';
import { tokenOf } from '../../domain/token.ts';
import type { VmRef } from '../../domain/vm.ts';
import { readPlan } from '../../plan/read-plan.ts';
import { driverOf } from '../../workers/drivers.ts';
import { type Execution, execution } from './agent-try.ts';
import type { LabProcess } from './lab-process.ts';

/** Short: what is waited for takes no longer in the lab. */
const POLL_MS = 80;

type Order<V extends (order: never) => unknown> = Parameters<V>[0];
type Result<V extends (order: never) => unknown> = Awaited<ReturnType<V>>;

/** The three drivers of the first hop against one lab, made from the plan as an agent makes them. */
export interface FirstHop {
  readonly lab: LabProcess;
  readonly plan: Plan;
  readonly journey: JourneyOrder;
  readonly hop: HopOrder;
  readonly vm: VmRef;
  token(verb: string, round?: number): string;
  ahv<V extends keyof Platform>(verb: V, order?: Partial<Order<Platform[V]>>): Execution<Result<Platform[V]>>;
  veeam<V extends keyof Mover>(verb: V, order?: Partial<Order<Mover[V]>>): Execution<Result<Mover[V]>>;
  /** `vm` has to be given. */
  hyperV<V extends keyof Platform>(verb: V, order: Partial<Order<Platform[V]>>): Execution<Result<Platform[V]>>;
  /** Another journey's order, or another plan's. */
  with(change: Partial<HopOrder>): FirstHop;
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

/** Reads the plan the lab wrote and builds the drivers of its first hop. */
export const firstHop = async (lab: LabProcess): Promise<FirstHop> => {
  const { secrets } = JSON.parse(readFileSync(join(lab.folder, 'trial.json'), 'utf8')) as {
    readonly secrets: Readonly<Record<string, string>>;
  };
  Object.assign(process.env, secrets);
  const plan = await planOf(lab);
  const first = plan.vms[0];
  if (!first || !isIdentified(first)) throw new Error('The scenario has a VM with an id.');
  const journey = journeyOrder(plan, first);
  const [order] = journey.hops;
  if (!order) throw new Error('The path has a hop.');

  const { estate, policies } = plan;
  const driver = async <T>({ product, instance }: Address): Promise<T> =>
    (await driverOf({ estate, policies, product, instance })) as T;
  const drivers = {
    ahv: await driver<Platform>(order.from),
    veeam: await driver<Mover>(order.mover),
    hyperV: await driver<Platform>(order.to),
  };
  const { speed } = JSON.parse(readFileSync(join(lab.dir, 'scenario.json'), 'utf8')) as { readonly speed: number };
  const asking = { pollMs: POLL_MS, speed, noProgressMs: policies.noProgressMs };

  const over = (hop: HopOrder): FirstHop => {
    const vm = journey.source;
    const token = (verb: string, round = 0): string => tokenOf({ vm: vm.id, hop: hop.n, verb, round });
    const moverOrder = (verb: string): MoverOrder => ({
      to: hop.mover,
      token: token(verb),
      journey: vm.id,
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
        const base = { to: address, vm: role === 'source' ? vm : null, token: token(verb), journey: vm.id };
        const preflight = { role, landing: role === 'target' ? hop.landing : null, bytesNeeded: 0 };
        const whole = { ...base, ...(verb === 'preflight' ? preflight : {}), ...more };
        return execution(driver[verb] as (order: object) => Promise<Result<Platform[V]>>, whole, {
          ...asking,
          queue: queueOf(address),
        });
      };
    return {
      lab,
      plan,
      journey,
      hop,
      vm,
      token,
      ahv: platform(drivers.ahv, hop.from, 'source'),
      hyperV: platform(drivers.hyperV, hop.to, 'target'),
      veeam: (verb, more = {}) =>
        execution(
          drivers.veeam[verb] as (order: object) => Promise<never>,
          { ...moverOrder(verb), ...more },
          {
            ...asking,
            queue: queueOf(hop.mover),
          },
        ),
      with: (change) => over({ ...hop, ...change }),
    };
  };
  return over(order);
};
