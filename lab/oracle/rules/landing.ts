import type { Landing, WantedNic } from '../evidence/scenario.ts';
import { type Incarnation, isWired, lastState, type Nic, type VmState } from '../run/incarnation.ts';
import { LAST_RANK } from '../run/path.ts';
import type { Run } from '../run/run.ts';
import { type Story, wasAbandoned } from '../run/story.ts';
import { against, type Finding, perVm } from './rule.ts';

/** What a VM landed as is what the plan asked for. A landing that was rolled back is not held against the run. */
export const landing = perVm('landing', (run, story) => {
  const kept = story.hops.map((hop) => hop.to).filter((vm) => !wasAbandoned(story, vm));
  return [...new Set(kept)].flatMap((vm) => judgeOne(run, story, vm));
});

const judgeOne = (run: Run, story: Story, vm: Incarnation): readonly Finding[] => {
  const { wish } = story;
  const wanted = vm.rank === LAST_RANK ? wish.target : wish.staging;
  const shown = landedState(run, vm);
  if (!shown) return [];
  const row = run.tables?.vms.get(vm.id);
  const name = row?.name ?? vm.name;
  const { cpus, memoryMb } = shown;

  const wrong: string[] = [];
  if (name !== wanted.name) wrong.push(`is named ${name}, not ${wanted.name}`);
  if (cpus !== wanted.cpus) wrong.push(`has ${cpus} CPUs, not ${wanted.cpus}`);
  if (memoryMb !== wanted.memoryMb) wrong.push(`has ${memoryMb} MB of memory, not ${wanted.memoryMb}`);
  wrong.push(...wrongNics(run, shown, wanted, { plugged: wish.power === 'on', seen: vm.spans.length > 0 }));
  const strays = wanted.storagePath === null ? [] : (row?.paths ?? []).filter(outside(wanted.storagePath));
  wrong.push(...strays.map((path) => `has the disk ${path} outside ${wanted.storagePath}`));
  if (run.endOf(story) === 'journey' && vm === story.incarnations.at(-1)) wrong.push(...wrongPower(story, vm));
  return wrong.map((says) => against(story, [vm.created, shown.event], `on ${vm.platform} it ${says}.`));
};

/** While it served last with as many adapters plugged in as it ever had then: later it may have been on its way out. */
const landedState = (run: Run, vm: Incarnation): VmState | null => {
  const span = vm.spans.at(-1);
  const during = vm.states.filter(
    ({ event }) => span && event.seq >= span.from.seq && (span.to === null || event.seq < span.to.seq),
  );
  const plugged = ({ nics }: VmState): number =>
    nics.filter((nic) => isWired(nic, run.scenario.privateSwitches)).length;
  const most = Math.max(0, ...during.map(plugged));
  const known = during.findLast((state) => plugged(state) === most) ?? vm.states.findLast((state) => state.isOn);
  return known ?? lastState(vm);
};

/** What can be asked of an adapter: a VM that is meant to be off is not plugged in, and only one that served showed an address. */
interface Asked {
  readonly plugged: boolean;
  readonly seen: boolean;
}

/** Adapters are told apart by what they are plugged into and show, not by their order. */
const wrongNics = (run: Run, { nics, addresses }: VmState, wanted: Landing, asked: Asked): readonly string[] => {
  const left = [...nics];
  const fits = (nic: Nic, { network, vlan, ip }: WantedNic): boolean =>
    nic.network === network &&
    (vlan === null || nic.vlan === vlan) &&
    (nic.connected || !asked.plugged) &&
    (ip === null || !asked.seen || addresses.get(nic.mac)?.includes(ip) === true);

  const missing = wanted.nics.filter((one) => {
    const found = left.findIndex((nic) => fits(nic, one));
    if (found >= 0) left.splice(found, 1);
    return found < 0;
  });
  const seen = nics.map((nic) =>
    place(nic.connected ? nic.network : null, nic.vlan, addresses.get(nic.mac)?.join('+')),
  );
  const lacks = missing.map(
    ({ network, vlan, ip }) => `lacks an adapter on ${place(network, vlan, ip)}: it has ${seen.join('; ') || 'none'}`,
  );
  if (lacks.length > 0) return lacks;
  return left
    .filter((nic) => isWired(nic, run.scenario.privateSwitches))
    .map((nic) => `has one adapter too many, on ${place(nic.network, nic.vlan, null)}`);
};

const place = (network: string | null, vlan: number | null, ip: string | null | undefined): string =>
  `${network ?? 'no network'}${vlan === null ? '' : ` VLAN ${vlan}`}${ip ? ` with ${ip}` : ''}`;

const outside = (folder: string): ((path: string) => boolean) => {
  const root = `${folder.replace(/\\+$/, '')}\\`.toLowerCase();
  return (path) => !path.toLowerCase().startsWith(root);
};

const wrongPower = ({ wish }: Story, vm: Incarnation): readonly string[] => {
  const isOn = lastState(vm)?.isOn === true;
  if (isOn !== (wish.power === 'on')) return [`is ${isOn ? 'on' : 'off'} at the end, not ${wish.power}`];
  return wish.power === 'on' && vm.spans.at(-1)?.to !== null ? ['does not serve at the end'] : [];
};
