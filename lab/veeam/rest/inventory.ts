import type { Estate, LabVm } from '../../estate/types.ts';
import type { Answer, Ask } from '../../wire/exchange.ts';
import { clusterId, prismCentralId } from '../names.ts';
import { notFound } from './errors.ts';
import { page } from './paging.ts';

const vmsOf = (estate: Estate): readonly LabVm[] => estate.vms.list('ahv', estate.scenario.prism.instance);

/** Prism Centrals and clusters come as bare arrays, not as pages; fields beyond the id are inferred from older and newer clients. */
export const prismCentrals = (estate: Estate): Answer => {
  const { prism } = estate.scenario;
  const settings = { id: prismCentralId(estate.scenario), name: prism.instance, address: prism.instance, port: 9440 };
  return { status: 200, body: [{ ...settings, settings, state: 'Available', version: prism.pc }] };
};

export const clusters = (estate: Estate): Answer => {
  const { prism } = estate.scenario;
  const body = {
    id: clusterId(estate.scenario),
    name: prism.cluster,
    description: '',
    address: prism.cluster,
    port: 9440,
  };
  return { status: 200, body: [{ ...body, state: 'Available', version: prism.aos }] };
};

export const prismCentralVms = (estate: Estate, ask: Ask, id: string): Answer => {
  if (id !== prismCentralId(estate.scenario)) throw notFound('Prism Central', id);
  return page(ask, vmsOf(estate), (vm) => vmBody(estate, vm));
};

export const clusterVms = (estate: Estate, ask: Ask, id: string): Answer => {
  if (id !== clusterId(estate.scenario)) throw notFound('cluster', id);
  return page(ask, vmsOf(estate), (vm) => vmBody(estate, vm));
};

const vmBody = (estate: Estate, vm: LabVm): Record<string, unknown> => ({
  id: vm.id,
  name: vm.name,
  clusterId: clusterId(estate.scenario),
  clusterName: estate.scenario.prism.cluster,
  vmSize: vm.disks.reduce((sum, disk) => sum + disk.bytes, 0),
  volumeGroupSize: 0,
  protectionDomain: null,
  consistencyGroup: null,
  volumeGroups: vm.extra['ahv.volumeGroups'] ?? [],
  networkAdapters: vm.nics.map(({ id, mac, network }) => ({ id, macAddress: mac, networkName: network })),
  guestOsVersion: vm.guest.osName,
});
