import type { Scenario, VmScenario } from '../../../lab/estate/scenario.ts';
import { withDns } from '../../../lab/scenarios/dns.ts';
import { OPERATOR, OWNER, SECOND } from './desk-names.ts';
import type { DnsMix, Errand, HttpMix, MixPlan } from './mix-plan.ts';

const readdressed = (vm: VmScenario, errands: readonly Errand[]): VmScenario => {
  const { target } = vm.expected;
  const nics = target.nics.map((nic, n) => {
    const edit = errands.find((one) => one.does === 'address' && one.vm === vm.uuid && one.nic === n);
    return edit?.does === 'address' ? { ...nic, ip: edit.address.ip } : nic;
  });
  return { ...vm, expected: { ...vm.expected, target: { ...target, nics } } };
};

/** A name stands for the first adapter alone: a hook writes one address. */
const named = (scenario: Scenario, { vms }: DnsMix): Scenario => {
  const all = withDns(scenario);
  const of = (vm: VmScenario) => (vms.includes(vm.uuid) ? (vm.expected.dns ?? []).slice(0, 1) : []);
  return { ...all, vms: all.vms.map((vm) => ({ ...vm, expected: { ...vm.expected, dns: of(vm) } })) };
};

/** `truth` is what the lab is made from and the oracle judges by: where VMs land after all edits. The plan is written from `planned`. */
export const mixedScenario = (
  scenario: Scenario,
  { dns, errands }: MixPlan,
): { readonly truth: Scenario; readonly planned: Scenario } => {
  const edited: Scenario = { ...scenario, vms: scenario.vms.map((vm) => readdressed(vm, errands)) };
  return dns ? { truth: named(edited, dns), planned: named(scenario, dns) } : { truth: edited, planned: scenario };
};

const gatesIn = ({ gates }: MixPlan): object | null => {
  if (!gates) return null;
  const { quorum, comment, remindMs, expireMs, lent } = gates;
  return {
    default: {
      approvers: [OPERATOR, lent ? OWNER : SECOND],
      ...(quorum > 1 ? { quorum } : {}),
      ...(comment ? { needs: ['comment'] } : {}),
      ...(remindMs === null ? {} : { remind: `${remindMs}ms` }),
      ...(expireMs === null ? {} : { expire: `${expireMs}ms` }),
    },
  };
};

/** Instance under `estate.hooks`, and the name of its hook. */
export const RECEIVER = 'receiver';
export const HTTP_HOOK = 'tell';

const httpHook = ({ at, hop, scope }: HttpMix): object => {
  const path = scope === 'vm' ? '/vms/{vm.id}/{hop}' : '/groups/{group}/{hop}';
  const say = (state: string) => ({
    http: { on: `hooks@${RECEIVER}`, method: 'POST', path, body: { state, hop: '{hop}', token: '{token}' } },
  });
  return { name: HTTP_HOOK, at, hop, scope, timeout: '1m', ...say('told'), undo: say('taken back') };
};

/** A hook for VMs of one display name, and one for its time to live where the name in DNS is the display name. */
const dnsHooks = ({ dns, vms }: Scenario, { vms: uuids, ttl }: DnsMix): readonly object[] => {
  const some = vms.filter(({ uuid }) => uuids.includes(uuid));
  if (!dns || some.length === 0) return [];
  const at = (name: string) => ({ on: `dns@${dns.instance}`, zone: dns.zone, name, type: 'A' });
  const restrictedTo = (chosen: readonly VmScenario[]) => ({
    only: { vms: [...new Set(chosen.map(({ name }) => name))] },
  });
  const own = some.filter(({ name, hostname }) => name === hostname);
  const lower = {
    name: 'lower-ttl',
    at: 'after protect',
    hop: 1,
    ...restrictedTo(own),
    dns: { ...at('{vm.name}'), ttl: '5m' },
  };
  const point = {
    ...{ name: 'point', at: 'after connect', hop: 2, ...restrictedTo(some) },
    dns: { ...at('{landing.name}'), data: '{landing.address}' },
  };
  const give = {
    name: 'restore-ttl',
    at: 'after signOff',
    ...restrictedTo(own),
    dns: { ...at('{vm.name}'), ttlOf: 'lower-ttl' },
  };
  return ttl && own.length > 0 ? [lower, point, give] : [point];
};

/** What the plan says beside what follows from its scenario; null where the mix adds nothing to it. */
export const besideOf = (
  planned: Scenario,
  mix: MixPlan,
  receiver: { readonly endpoint: string; readonly ca: string } | null,
): Readonly<Record<string, unknown>> | null => {
  const gates = gatesIn(mix);
  const hooks = [...(mix.http ? [httpHook(mix.http)] : []), ...(mix.dns ? dnsHooks(planned, mix.dns) : [])];
  if (!gates && hooks.length === 0) return null;
  return {
    ...(receiver ? { estate: { hooks: { [RECEIVER]: receiver } } } : {}),
    ...(gates ? { gates } : {}),
    ...(hooks.length > 0 ? { hooks } : {}),
  };
};
