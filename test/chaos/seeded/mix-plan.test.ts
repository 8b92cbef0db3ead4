import { createHash } from 'node:crypto';
import { mixedScenario } from './mix-scenario.ts';
import { planOf } from './plan.ts';
import { seedsIn } from './seeds.ts';

const forty = seedsIn('1-40').map((seed) => planOf({ seed, vms: 6 }));
const mixes = forty.flatMap(({ mix }) => mix ?? []);

test('the same seed gives the same mix', () => {
  expect(planOf({ seed: 11, vms: 6 }).mix).toEqual(planOf({ seed: 11, vms: 6 }).mix);
});

test('scenario, faults, kills and operator of a seed are the same with the mix and without', () => {
  for (const { mix: _, ...plan } of forty) expect(plan).toEqual(planOf({ seed: plan.seed, vms: 6, mix: false }));
});

/** Of seeds 1–40 as they were before there was a mix. */
const BEFORE = '3169e6e826607eeade7a84a4aea2328b0384fd05cbe07c04c527f2f89cfebeb9';

test('without the mix seeds 1 to 40 are what they were before there was one', () => {
  const plain = forty.map(({ seed }) => planOf({ seed, vms: 6, mix: false }));
  expect(createHash('sha256').update(JSON.stringify(plain)).digest('hex')).toBe(BEFORE);
});

test('forty seeds plan every kind of gate, trip and errand', () => {
  const gates = mixes.flatMap((mix) => mix.gates ?? []);
  expect(new Set(gates.map(({ quorum }) => quorum))).toEqual(new Set([1, 2]));
  for (const asks of ['comment', 'remindMs', 'expireMs', 'lent'] as const)
    expect(new Set(gates.map((gate) => Boolean(gate[asks])))).toEqual(new Set([true, false]));
  const https = mixes.flatMap((mix) => mix.http ?? []);
  expect(new Set(https.map(({ at }) => at)).size).toBe(5);
  expect(new Set(https.map(({ scope }) => scope)).size).toBe(2);
  expect(new Set(https.flatMap(({ trips }) => trips.map(({ how }) => how))).size).toBe(4);
  expect(new Set(mixes.flatMap(({ errands }) => errands.map(({ does }) => does))).size).toBe(5);
  expect(new Set(mixes.flatMap(({ batchErrands }) => batchErrands.map(({ does }) => does))).size).toBe(2);
  expect(new Set(mixes.flatMap(({ faults }) => faults.map(({ kind, point }) => `${kind} ${point}`))).size).toBe(14);
});

test('nobody is taken out of a batch that there is not', () => {
  for (const { asBatch, mix } of forty) {
    const outs = mix?.errands.filter(({ does }) => does === 'remove') ?? [];
    expect(outs.length).toBeLessThanOrEqual(asBatch ? 1 : 0);
  }
});

test('a VM that is re-addressed lands in truth where the edit says, and in the plan where it was to', () => {
  const edited = forty.flatMap(({ scenario, mix }) =>
    (mix?.errands ?? []).flatMap((errand) => {
      if (errand.does !== 'address' || !mix) return [];
      const { truth, planned } = mixedScenario(scenario, mix);
      const nicOf = ({ vms }: typeof truth) =>
        vms.find(({ uuid }) => uuid === errand.vm)?.expected.target.nics[errand.nic]?.ip;
      return [{ ip: errand.address.ip, truth: nicOf(truth), planned: nicOf(planned), was: nicOf(scenario) }];
    }),
  );
  expect(edited.length).toBeGreaterThan(10);
  for (const { ip, truth, planned, was } of edited) {
    expect(truth).toBe(ip);
    expect(planned).toBe(was);
    expect(planned).not.toBe(ip);
  }
});

test('no two VMs of a mixed scenario land at one address', () => {
  for (const { scenario, mix } of forty) {
    if (!mix) continue;
    const ips = mixedScenario(scenario, mix).truth.vms.flatMap((vm) =>
      vm.expected.target.nics.map(({ ip }, n) => ip ?? vm.nics[n]?.ip),
    );
    expect(new Set(ips).size).toBe(ips.length);
  }
});

test('a name follows the first adapter of a VM that has an address to tell, and of no other', () => {
  for (const { scenario, mix } of forty) {
    if (!mix?.dns) continue;
    for (const { uuid, expected } of mixedScenario(scenario, mix).truth.vms)
      expect(expected.dns?.map(({ nic }) => nic)).toEqual(mix.dns.vms.includes(uuid) ? [0] : []);
  }
});

test('without faults nothing of the mix trips', () => {
  const mix = planOf({ seed: 11, vms: 6, faults: false }).mix;
  expect(mix?.faults).toEqual([]);
  expect(mix?.http?.trips).toEqual([]);
});
