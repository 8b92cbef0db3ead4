import type { ExpectedNic, VmScenario } from '../../lab/estate/scenario.ts';
import {
  type Draft,
  type DraftDecision,
  type DraftEvent,
  type DraftNic,
  type DraftVm,
  log,
  toAttic,
} from './oracle-run.ts';

/** A VM of the scenario and what becomes of it, step by step. */
export interface Journey {
  readonly wish: VmScenario;
  readonly source: DraftVm;
  staged: DraftVm;
  landed: DraftVm;
}

export const idle = (vm: VmScenario, part: Partial<DraftVm>): DraftVm => ({
  id: vm.uuid,
  origin: vm.uuid,
  platform: 'ahv',
  instance: 'ntnx-a',
  name: vm.name,
  cpus: vm.cpus,
  memoryMb: vm.memoryMb,
  disks: [],
  nics: [],
  power: 'off',
  seq: 0,
  extra: {},
  ...part,
});

export const named = ({ id: vm, origin }: DraftVm) => ({ vm, origin });

export const create = (draft: Draft, vm: DraftVm, by: string): DraftEvent => {
  draft.vms.set(vm.id, vm);
  const { platform, instance, name, cpus, memoryMb, nics } = vm;
  const disks = vm.disks.map(({ file, bytes }) => ({ file, bytes }));
  return log(draft, 'vm.created', {
    ...named(vm),
    platform,
    instance,
    name,
    by,
    cpus,
    memoryMb,
    disks,
    nics: structuredClone(nics),
  });
};

export const power = (draft: Draft, vm: DraftVm, to: 'on' | 'off', how: string, by: string): DraftEvent => {
  vm.power = to;
  return log(draft, 'vm.power', { ...named(vm), platform: vm.platform, to, how, by, lastSeq: vm.seq });
};

export const plug = (draft: Draft, vm: DraftVm, nic: DraftNic, by: string): DraftEvent => {
  const { id, ...wiring } = nic;
  vm.nics = [...vm.nics.filter((each) => each.id !== id), nic];
  return log(draft, 'vm.nic', { ...named(vm), nic: id, ...wiring, by });
};

export const unplugAll = (draft: Draft, vm: DraftVm, by: string): void => {
  for (const nic of vm.nics) plug(draft, vm, { ...nic, connected: false }, by);
};

export const shows = (draft: Draft, vm: DraftVm, mac: string, ip: string | null | undefined): DraftEvent =>
  log(draft, 'guest.addresses', { ...named(vm), mac, ips: ip ? [ip] : [] });

export const boot = (draft: Draft, vm: DraftVm, by: string): void => {
  power(draft, vm, 'on', 'boot', by);
  log(draft, 'guest.up', named(vm));
};

/** An address out of a product's range, unlike that of any other VM. */
export const macOf = (range: string, origin: string, n: number): string =>
  `${range}:${origin.slice(0, 2)}:${origin.slice(2, 4)}:0${n}`;

export const ipOf = (vm: VmScenario, nic: ExpectedNic, n: number): string | undefined => nic.ip ?? vm.nics[n]?.ip;

export const decide = (
  draft: Draft,
  { wish }: Journey,
  gate: string,
  hop: number,
  more: Partial<DraftDecision> = {},
): void => {
  draft.now += 1000;
  draft.decisions.push({
    at: draft.now,
    vm: wish.uuid,
    hop,
    gate,
    decision: 'approve',
    by: 'op@contoso.example',
    ...more,
  });
};

export const removeVm = (draft: Draft, vm: DraftVm, by: string): DraftEvent => {
  draft.vms.delete(vm.id);
  for (const { file } of vm.disks) toAttic(draft, file);
  return log(draft, 'vm.removed', { ...named(vm), by, keptDisks: true });
};
