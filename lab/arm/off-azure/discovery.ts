import type { LabVm } from '../../estate/types.ts';
import { isoOf, type Lab } from '../lab.ts';
import { machineProperties } from './machine.ts';

/** One VM as the appliance last saw it. Keyed by the Hyper-V id in lower case. */
export interface MachineRecord {
  readonly vmId: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly isDeleted: boolean;
  /** Seen once, listed from the second pass on: discovery takes 5 to 15 minutes. */
  readonly listed: boolean;
  readonly properties: Record<string, unknown>;
}

const pass = 5 * 60_000;
const keepDeleted = 60 * 60_000;

/** The appliance walks the staging host every five minutes of vendor time; between passes the site shows the last one. */
export const discover = (lab: Lab, now: number): void => {
  const last = lab.tables.clock.get('discovery')?.at;
  if (last !== undefined && now - last < lab.estate.scaled(pass)) return;
  lab.tables.clock.put('discovery', { at: now });
  if (last !== undefined && lab.estate.faults.at('arm.discovery', lab.estate.scenario.azure.sourceAppliance)) return;

  const { instance } = lab.estate.scenario.hyperV;
  const present = lab.estate.vms.list('hyper-v', instance);
  for (const vm of present) lab.tables.machines.put(vm.id.toLowerCase(), seen(lab, vm, now));

  const ids = new Set(present.map((vm) => vm.id.toLowerCase()));
  for (const { key, value } of lab.tables.machines.list()) {
    if (ids.has(key)) continue;
    if (!value.isDeleted) lab.tables.machines.put(key, { ...value, isDeleted: true, updatedAt: now });
    else if (now - value.updatedAt > lab.estate.scaled(keepDeleted)) lab.tables.machines.delete(key);
  }
};

const seen = (lab: Lab, vm: LabVm, now: number): MachineRecord => {
  const known = lab.tables.machines.get(vm.id.toLowerCase());
  return {
    vmId: vm.id,
    createdAt: known?.createdAt ?? now,
    updatedAt: now,
    isDeleted: false,
    listed: known !== undefined,
    properties: machineProperties(lab, vm, known?.properties),
  };
};

export const machineView = (
  lab: Lab,
  { vmId, createdAt, updatedAt, isDeleted, properties }: MachineRecord,
): Record<string, unknown> => {
  const isProtected = lab.tables.items.get(vmId.toLowerCase()) !== undefined;
  const tags = { asrprotectedmachine: String(isProtected) };
  const name = vmId.toLowerCase();
  return {
    properties: {
      ...properties,
      isDeleted,
      createdTimestamp: isoOf(createdAt),
      tags,
      updatedTimestamp: isoOf(updatedAt),
    },
    id: `${lab.names.sourceSite}/machines/${name}`,
    name,
    type: 'Microsoft.OffAzure/HyperVSites/machines',
    tags,
  };
};

export const discovered = (lab: Lab, vmId: string): MachineRecord | undefined => {
  const record = lab.tables.machines.get(vmId.toLowerCase());
  return record?.listed ? record : undefined;
};
