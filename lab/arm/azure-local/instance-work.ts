import type { LabVm } from '../../estate/types.ts';
import { at, flagAt, listAt, numberAt, textAt } from '../json.ts';
import { type Lab, together } from '../lab.ts';
import { adaptersOf, diskOf } from './creation.ts';
import { installAgent } from './guest-agents.ts';
import type { InstanceOperation, InstanceRecord, InstanceVerb } from './records.ts';

type Ending = 'waiting' | 'done' | { readonly code: string; readonly message: string };

interface Work {
  readonly lab: Lab;
  readonly operation: InstanceOperation;
  readonly instance: InstanceRecord;
  readonly vm: LabVm | undefined;
  /** Vendor milliseconds since the operation began. */
  readonly elapsed: number;
}

/** A guest that has not gone off by then has refused. */
const patience = 5 * 60_000;

const by = (verb: string): string => `arm:${verb}`;

const took = (work: Work, ms: number): Ending => (work.elapsed >= ms ? 'done' : 'waiting');

const start = (work: Work): Ending => {
  const { lab, vm, operation } = work;
  if (!vm) return { code: 'VmNotFound', message: 'The virtual machine was not found on the cluster.' };
  if (vm.power !== 'on' && !operation.work.asked) lab.estate.vms.powerOn(vm.id, by('start'));
  operation.work.asked = true;
  return took(work, 15_000);
};

const stop = (work: Work): Ending => {
  const { lab, vm, operation } = work;
  if (!vm || vm.power === 'off') return took(work, 5_000);
  if (operation.work.force) lab.estate.vms.powerOff(vm.id, by('stop'));
  else if (!operation.work.asked) lab.estate.vms.requestShutdown(vm.id, by('stop'), 'guest');
  operation.work.asked = true;
  if (work.elapsed < patience) return 'waiting';
  return { code: 'ShutdownFailed', message: 'The guest operating system did not shut down in time.' };
};

const restart = (work: Work): Ending => {
  const { lab, vm, operation } = work;
  if (!operation.work.off) {
    const stopped = stop(work);
    if (stopped !== 'done') return stopped;
    operation.work.off = true;
    if (vm) lab.estate.vms.powerOn(vm.id, by('restart'));
  }
  return took(work, 30_000);
};

/** Takes the VM away; its disks and adapters stay as resources of their own. A §5.4 */
const remove = (work: Work): Ending => {
  const { lab, vm, instance } = work;
  if (work.elapsed < 60_000) return 'waiting';
  if (vm) lab.estate.vms.remove(vm.id, by('delete'), { keepDisks: true });
  lab.tables.instances.delete(instance.machine.toLowerCase());
  return 'done';
};

const update = (work: Work): Ending => {
  const { lab, operation, instance, vm } = work;
  if (work.elapsed < 20_000) return 'waiting';
  const properties = at(operation.work.body, 'properties');
  const processors = numberAt(properties, 'hardwareProfile', 'processors');
  const memory = numberAt(properties, 'hardwareProfile', 'memoryMB');
  if (!vm) return { code: 'VmNotFound', message: 'The virtual machine was not found on the cluster.' };
  if ((processors !== null || memory !== null) && vm.power !== 'off') {
    return { code: 'InvalidState', message: 'The size of a virtual machine can be changed only while it is stopped.' };
  }
  configureAgent(work, properties);
  reshape(work, vm, properties);
  lab.estate.vms.change(vm.id, by('update'), (edited) => {
    if (processors !== null) edited.cpus = processors;
    if (memory !== null) edited.memoryMb = memory;
  });
  lab.tables.instances.put(instance.machine.toLowerCase(), instance);
  return 'done';
};

const reshape = ({ lab, instance }: Work, vm: LabVm, properties: unknown): void => {
  const adapters = listAt(properties, 'networkProfile', 'networkInterfaces').map((each) => textAt(each, 'id') ?? '');
  if (at(properties, 'networkProfile', 'networkInterfaces') !== undefined) {
    instance.nics = adapters;
    lab.estate.vms.change(vm.id, by('update'), (edited) => {
      edited.nics = adaptersOf(lab, adapters, edited.nics);
    });
  }
  const disks = listAt(properties, 'storageProfile', 'dataDisks').map((each) => textAt(each, 'id') ?? '');
  if (at(properties, 'storageProfile', 'dataDisks') !== undefined) {
    instance.dataDisks = disks;
    lab.estate.vms.change(vm.id, by('update'), (edited) => {
      const made = disks.map(
        (id) =>
          edited.disks.find((disk) => !disk.boot && disk.file === diskOf(lab, id, false)?.file) ??
          diskOf(lab, id, false),
      );
      edited.disks = [...edited.disks.filter((disk) => disk.boot), ...made.filter((disk) => disk !== null)];
    });
  }
};

/** The config agent of a generation 1 VM that is running is never reached again. U §1.2 */
const configureAgent = ({ instance, vm }: Work, properties: unknown): void => {
  const asked = ['windowsConfiguration', 'linuxConfiguration'].some((os) =>
    flagAt(properties, 'osProfile', os, 'provisionVMConfigAgent'),
  );
  if (!asked || instance.configAgent !== 'off') return;
  instance.configAgent = vm?.generation === 1 && vm.power !== 'off' ? 'failed' : 'enabled';
};

const create = (work: Work): Ending => {
  const { lab, instance, vm } = work;
  if (work.elapsed < 60_000) return 'waiting';
  if (vm && vm.power === 'off') lab.estate.vms.powerOn(vm.id, by('create'));
  lab.tables.instances.put(instance.machine.toLowerCase(), { ...instance, provisioningState: 'Succeeded' });
  return 'done';
};

const verbs: Readonly<Record<InstanceVerb, (work: Work) => Ending>> = {
  start,
  stop,
  restart,
  delete: remove,
  update,
  create,
  guestAgent: (work) =>
    work.elapsed < 60_000
      ? 'waiting'
      : installAgent(work.lab, work.instance, work.vm, textAt(work.operation.work.body, 'action')),
};

/** How long an operation that has ended can still be asked for. */
const rememberedFor = 60 * 60_000;

/** Moves the operations on VM instances on; each look is one transaction. */
export const advanceInstances = (lab: Lab, now: number): void => {
  for (const { key, value } of lab.tables.instanceOperations.list()) {
    if (value.endedAt !== null && now - value.endedAt > lab.estate.scaled(rememberedFor))
      lab.tables.instanceOperations.delete(key);
    if (value.state !== 'InProgress') continue;
    together(lab, () => {
      const operation = lab.tables.instanceOperations.get(key);
      if (operation) advance(lab, operation, now);
    });
  }
};

const advance = (lab: Lab, operation: InstanceOperation, now: number): void => {
  const instance = lab.tables.instances.get(operation.machine.toLowerCase());
  const elapsed = (now - operation.startedAt) / (lab.estate.scaled(1000) / 1000);
  const work = instance && { lab, operation, instance, vm: lab.estate.vms.get(instance.vmId), elapsed };
  const ending = work ? verbs[operation.verb](work) : 'done';
  if (ending !== 'waiting') {
    operation.endedAt = now;
    operation.state = ending === 'done' ? 'Succeeded' : 'Failed';
    operation.error = ending === 'done' ? null : ending;
  }
  lab.tables.instanceOperations.put(operation.id, operation);
};
