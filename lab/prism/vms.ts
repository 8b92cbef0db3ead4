import type { Estate, LabNic, LabVm } from '../estate/types.ts';
import type { Answer, Ask } from '../wire/exchange.ts';
import { etagMalformed, etagMissing, etagStale, noSuchEntity, requestIdMissing } from './errors.ts';
import { listed } from './listing.ts';
import { clusterId } from './naming.ts';
import { etagOf, isEtag, nicBody, vmBody } from './vm-body.ts';

export const ahvVms = (estate: Estate): readonly LabVm[] => estate.vms.list('ahv', estate.scenario.prism.instance);

export const vmWith = (estate: Estate, extId: string): LabVm => {
  const vm = estate.vms.get(extId);
  if (vm?.platform !== 'ahv') throw noSuchEntity('VM', extId);
  return vm;
};

export const nicOf = (vm: LabVm, extId: string): LabNic => {
  const nic = vm.nics.find(({ id }) => id === extId);
  if (!nic) throw noSuchEntity('NIC', extId);
  return nic;
};

export const listVms = (estate: Estate, ask: Ask, minor: number): Answer =>
  listed(ask, ahvVms(estate), {
    type: 'vmm.v4.ahv.config.ListVms',
    now: estate.now(),
    filterable: {
      name: (vm) => vm.name,
      extId: (vm) => vm.id,
      powerState: (vm) => vm.power.toUpperCase(),
      'cluster/extId': () => clusterId(estate.scenario.prism),
      memorySizeBytes: (vm) => vm.memoryMb * 1024 * 1024,
      numSockets: (vm) => vm.cpus,
    },
    orderable: { name: (vm) => vm.name, memorySizeBytes: (vm) => vm.memoryMb, numSockets: (vm) => vm.cpus },
    body: (vm) => vmBody(estate, vm, minor),
  });

const withEtag = (estate: Estate, vm: LabVm, data: Record<string, unknown>): Answer => ({
  status: 200,
  headers: { etag: etagOf(estate, vm) },
  body: { data, metadata: { flags: [{ name: 'hasError', value: false }] } },
});

export const getVm = (estate: Estate, extId: string, minor: number): Answer => {
  const vm = vmWith(estate, extId);
  return withEtag(estate, vm, vmBody(estate, vm, minor));
};

export const listNics = (estate: Estate, ask: Ask, extId: string, minor: number): Answer => {
  const vm = vmWith(estate, extId);
  return listed(ask, vm.nics, {
    type: 'vmm.v4.ahv.config.ListNics',
    now: estate.now(),
    filterable: {},
    orderable: {},
    body: (nic) => nicBody(estate, vm, nic, minor),
  });
};

export const getNic = (estate: Estate, vmId: string, nicId: string, minor: number): Answer => {
  const vm = vmWith(estate, vmId);
  return withEtag(estate, vm, nicBody(estate, vm, nicOf(vm, nicId), minor));
};

export const requestIdOf = (ask: Ask): string => {
  const id = ask.header('NTNX-Request-Id');
  if (!id) throw requestIdMissing();
  return id;
};

/** Power actions and updates are conditional: 428 without the header, 412 when the VM has changed since it was read. O E.7 */
export const demandCurrent = (estate: Estate, ask: Ask, vm: LabVm): void => {
  const given = ask.header('If-Match');
  if (given === undefined) throw etagMissing();
  if (!isEtag(given)) throw etagMalformed();
  if (given !== etagOf(estate, vm)) throw etagStale(given);
};
