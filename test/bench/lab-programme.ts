import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MigrationHandle, startMigration, viewMigration } from '../../client/operations.ts';
import { startProgramme } from '../../client/programme.ts';
import { queueOf } from '../../domain/address.ts';
import { operationsAt } from '../../domain/capacity.ts';
import { humanWaitOf } from '../../domain/ledger.ts';
import { isIdentified, type Plan } from '../../domain/plan.ts';
import type { Scenario } from '../../lab/estate/scenario.ts';
import { severalVms } from '../../lab/scenarios/several.ts';
import { vmOf } from '../../lab/scenarios/vm.ts';
import { startTrial, type TrialEstate } from '../../tools/estate/estate.ts';
import { answerGate } from '../../tools/estate/operator.ts';
import { prepareTrial } from '../../tools/estate/prepare.ts';
import { cpuOf } from '../chaos/seeded/cpu.ts';
import { judge } from '../support/oracle.ts';
import { eventsOf, flightOf, runsAtOnce } from './lab-log.ts';
import { lowerBound, type Route } from './lower-bound.ts';
import { atWork } from './operators.ts';
import { batchName, IN_FLIGHT, OF_BATCH, type ProgrammeRound, SEATS, tellBatches } from './programme.ts';
import { mostAtOnce, type Span } from './spans.ts';
import { watchProgramme, weigh } from './watching.ts';

/** Goes first and by itself: how long one VM takes when it shares nothing. */
const ALONE = 'alone';
const ROOM_TIB = 16;
const SPEED = 60;
const DATA_MIB = 4;

/** VMs whose addresses the network that keeps them has room for; the others get new ones, below those that Azure deals out by itself. */
const KEPT = 200;

/**
 * Plain VMs in batches of ten on an estate that has room for all of them, and a backup server that takes so long for each. They are off
 * at the source: what a guest writes while it waits for its batch would be copied too, and no two copies would take the same time.
 */
const scenarioOf = (vms: number, copySeconds: number): Scenario => {
  const plain = severalVms({ count: 0, speed: SPEED });
  const bytes = ROOM_TIB * 2 ** 40;
  return {
    ...plain,
    veeam: { ...plain.veeam, licences: vms + 4, backupRate: (DATA_MIB * 2 ** 20) / copySeconds / SPEED },
    hyperV: { ...plain.hyperV, volumes: plain.hyperV.volumes.map((volume) => ({ ...volume, bytes })) },
    azure: { ...plain.azure, storagePaths: plain.azure.storagePaths.map((path) => ({ ...path, bytes })) },
    vms: Array.from({ length: vms + 1 }, (_, n) =>
      vmOf({
        ...{ name: `vm-${n + 1}`, os: 'windows', power: 'off', disks: [{ gib: 40, dataMib: DATA_MIB }] },
        nics: [n < KEPT ? { on: 'db', host: 51 + n } : { on: 'app', host: 4 + n - KEPT }],
        services: ['W3SVC', 'LanmanServer'],
        batch: n === vms ? ALONE : batchName(Math.floor(n / OF_BATCH)),
        ...{ group: 'all', owner: 'several-team@contoso.example' },
      }),
    ),
  };
};

/** The lab's own times, with room for a copy that takes its time, and with the seats that are measured. */
const policies = {
  ...{ poll: '500ms', heartbeat: '10s', noProgress: '2m', grace: '4s', boot: '30s', steady: '1s', hold: '2s' },
  ...{ rollback: '1m', outageBudget: '5m', reconcile: '10s' },
  seats: { ...SEATS, stagingBytes: `${ROOM_TIB} TB` },
};

const PARKED = `WorkflowType = 'migration' AND ExecutionStatus = 'Running' AND Flag = 'Parked'`;

/** Opens gates for what is shown, noted for the oracle. `parked` fails with the first step that parks: a quiet lab parks nothing. */
const operatorsOf = ({ client, labState }: TrialEstate) => {
  const gates = atWork(client, async (handle) => {
    const view = await viewMigration(handle);
    if (view.gate) await answerGate({ name: 'operator', labState }, handle, view, view.gate);
    return view.gate !== null;
  });
  const { promise: parked, reject } = Promise.withResolvers<never>();
  const watch = atWork(
    client,
    async (handle) => {
      const { vm, parked: at } = await viewMigration(handle);
      if (at) reject(new Error(`${vm.name} parked at ${at.step}: ${at.mishap.message}`));
      return true;
    },
    PARKED,
  );
  return { parked, stop: () => Promise.all([gates.stop(), watch.stop()]) };
};

/** When the leases of a migration were taken and given back in pairs, in order, ms: a copy and a cut-over for each hop. */
const heldBy = async (handle: MigrationHandle, hops: number): Promise<readonly Span[]> => {
  const { events } = await handle.fetchHistory();
  const told = (events ?? []).flatMap(({ eventTime, markerRecordedEventAttributes: marker }) => {
    const data = marker?.details?.data?.payloads?.[0]?.data;
    if (!data || !eventTime) return [];
    const { activity_type: verb } = JSON.parse(Buffer.from(data).toString()) as { readonly activity_type?: string };
    return [{ verb, at: Number(eventTime.seconds) * 1_000 + (eventTime.nanos ?? 0) / 1e6 }];
  });
  const takes = told.filter(({ verb }) => verb === 'lease');
  const gives = told.filter(({ verb }) => verb === 'release');
  if (takes.length !== 2 * hops) throw new Error(`a VM that nobody disturbs asks for seats ${takes.length} times`);
  return takes.map(({ at }, n) => ({ from: at, to: gives[n]?.at ?? at }));
};

/** Moves one VM by itself. What it takes with nobody in its way, people left out, until it has left staging. */
const measureAlone = async (trial: TrialEstate, plan: Plan): Promise<Route> => {
  const vm = plan.vms.filter(isIdentified).find(({ batch }) => batch === ALONE);
  if (!vm) throw new Error(`the plan has no VM in ${ALONE}`);
  const began = Date.now();
  const handle = await startMigration(trial.client, plan, vm, trial.records);
  await handle.result();
  const { ledger } = await viewMigration(handle);
  const { to } = flightOf(eventsOf(trial), new Set([vm.id]));
  const waits = ledger.waits.filter((wait) => wait.to < to);
  const all = to - began - humanWaitOf({ ...ledger, waits }, undefined, to);
  const hops = plan.paths.main ?? [];
  const resources = hops.flatMap(({ mover }) => [operationsAt(queueOf(mover)), 'cutovers']);
  const held = await heldBy(handle, hops.length);
  const stages = held.map((span, n) => ({ ms: span.to - span.from, resource: resources[n] ?? null }));
  return [{ ms: all - stages.reduce((sum, { ms }) => sum + ms, 0), resource: null }, ...stages];
};

export interface LabRound extends ProgrammeRound {
  readonly charges: readonly string[];
}

/** A programme of VMs of the lab, from its start until all its batches are over, judged by the oracle. */
export const roundOfLabProgramme = async (
  vms: number,
  copySeconds: number,
  say: (line: string) => void,
): Promise<LabRound> => {
  const folder = mkdtempSync(join(tmpdir(), 'tranship-lab-programme-'));
  const truth = scenarioOf(vms, copySeconds);
  const trial = await startTrial({
    ...{ folder, ui: false, scenario: { truth, planned: truth } },
    beside: {
      policies,
      gates: { default: { approvers: ['operator'] }, cutover: { approvers: ['operator'], scope: 'vm' } },
      order: { inFlight: IN_FLIGHT },
    },
  });
  try {
    const whole = await prepareTrial(trial);
    const operators = operatorsOf(trial);
    const route = await Promise.race([measureAlone(trial, whole), operators.parked]);
    say(
      `  one VM alone: ${route.map(({ ms, resource }) => `${(ms / 1_000).toFixed(1)} s ${resource ?? ''}`).join(', ')}`,
    );

    const { [ALONE]: _, ...batches } = whole.batches;
    const plan = { ...whole, batches, vms: whole.vms.filter(({ batch }) => batch !== ALONE) };
    const before = cpuOf(trial);
    const mine = process.cpuUsage();
    const began = performance.now();
    const { handle } = await startProgramme(trial.client, plan);
    const movers = (plan.paths.main ?? []).map(({ mover }) => operationsAt(queueOf(mover)));
    const resources = ['stagingSeats', 'stagingBytes', 'cutovers', ...movers] as const;
    const watching = watchProgramme(
      trial.client,
      { programme: plan.programme, handle, resources },
      tellBatches(began, Object.keys(batches).length, say),
    );
    await Promise.race([handle.result(), operators.parked]);
    const seconds = (performance.now() - began) / 1_000;
    const after = cpuOf(trial);
    const { user, system } = process.cpuUsage(mine);
    const [{ flying, held, missed }] = await Promise.all([watching.stop(), operators.stop()]);

    const events = eventsOf(trial);
    const flights = Object.keys(batches).map((name) =>
      flightOf(events, new Set(plan.vms.flatMap(({ id, batch }) => (batch === name && id ? [id] : [])))),
    );
    const limits = plan.policies.seats;
    const capacity = {
      cutovers: limits.cutovers,
      ...Object.fromEntries(movers.map((at) => [at, limits.moverOperations])),
    };
    const bound = lowerBound(
      Object.keys(batches).map((name) => plan.vms.filter(({ batch }) => batch === name).map(() => route)),
      { capacity, inFlight: IN_FLIGHT },
    );
    const verdict = await judge({ scenario: trial.scenario, state: trial.labState, stagingVms: SEATS.staging });
    return {
      ...{ seconds, bound, missed, held },
      ...(await weigh(trial.client)),
      inFlight: { products: mostAtOnce(flights), programme: flying },
      copies: [{ mover: 'veeam', most: runsAtOnce(events), limit: limits.moverOperations }],
      cpu: {
        ...Object.fromEntries(Object.entries(after).map(([name, s]) => [name, s - (before[name] ?? 0)])),
        operators: (user + system) / 1e6,
      },
      charges: verdict.charges.map(({ rule, says }) => `${rule}: ${says}`),
    };
  } finally {
    await trial.stop();
    rmSync(folder, { recursive: true, force: true });
  }
};
