import type { AzureLocalInstance } from '../../domain/estate.ts';
import type { Power } from '../../domain/vm.ts';
import type { Accepted, Arm } from '../arm/arm.ts';
import { flagAt, type Json, listAt, numberAt, textAt } from '../arm/reading.ts';
import { addTags, claim, tokenTagOf } from '../arm/tags.ts';

/** The Arc machine: the VM's identity in Azure, and what carries our tags. */
export interface Machine {
  readonly id: string;
  readonly name: string;
  readonly body: Json;
  /** `Connected` once the Connected Machine agent inside the guest answers. */
  readonly status: string | null;
  /** Our operation token, where the machine carries one. */
  readonly token: string | null;
}

/** The VM itself, an extension of its machine. A §3 */
export interface Instance {
  readonly id: string;
  readonly power: Power;
  /** Azure's own word, such as `Starting`. */
  readonly powerState: string;
  readonly provisioning: string;
  /** An operation on it is under way. */
  readonly busy: boolean;
  readonly error: string | null;
  readonly cpus: number;
  readonly memoryMb: number;
  readonly secureBoot: boolean;
  readonly os: 'windows' | 'linux' | 'unknown';
  readonly generation: 1 | 2 | null;
  readonly osDisk: string | null;
  readonly dataDisks: readonly string[];
  readonly nics: readonly string[];
  /** The guest agent's disc is attached, so guest management can be installed. */
  readonly agentOffered: boolean;
  /** The guest agent inside the VM answers its host. */
  readonly agentConnected: boolean;
}

const ON = ['running'];
const OFF = ['stopped', 'deallocated'];

const powerOf = (state: string): Power => {
  if (ON.includes(state.toLowerCase())) return 'on';
  return OFF.includes(state.toLowerCase()) ? 'off' : 'other';
};

const osOf = (text: string | null): Instance['os'] => {
  const os = text?.toLowerCase();
  return os === 'windows' || os === 'linux' ? os : 'unknown';
};

export const generationOf = (text: string | null): 1 | 2 | null => {
  if (/^v?1$/i.test(text ?? '')) return 1;
  return /^v?2$/i.test(text ?? '') ? 2 : null;
};

const instanceOf = (id: string, body: Json): Instance => {
  const own = (path: string) => textAt(body, `properties.${path}`);
  const powerState = own('status.powerState') ?? 'Unknown';
  const provisioning = own('provisioningState') ?? 'Unknown';
  const underWay = (text: string | null) => ['inprogress', 'accepted', 'deleting'].includes(text?.toLowerCase() ?? '');
  const agent = listAt(body, 'properties.instanceView.vmAgent.statuses').map(
    (row) => textAt(row, 'displayStatus')?.toLowerCase() ?? '',
  );
  const error = [own('status.errorCode'), own('status.errorMessage')].filter(Boolean).join(': ');
  const offered = (os: string) => flagAt(body, `properties.osProfile.${os}Configuration.provisionVMConfigAgent`);
  return {
    id,
    power: powerOf(powerState),
    powerState,
    provisioning,
    busy: underWay(provisioning) || underWay(own('status.provisioningStatus.status')),
    error: error || null,
    cpus: numberAt(body, 'properties.hardwareProfile.processors') ?? 0,
    memoryMb: numberAt(body, 'properties.hardwareProfile.memoryMB') ?? 0,
    secureBoot: flagAt(body, 'properties.securityProfile.uefiSettings.secureBootEnabled'),
    os: osOf(own('storageProfile.osDisk.osType')),
    generation: generationOf(own('hyperVGeneration')),
    osDisk: own('storageProfile.osDisk.id'),
    dataDisks: listAt(body, 'properties.storageProfile.dataDisks').flatMap((row) => textAt(row, 'id') ?? []),
    nics: listAt(body, 'properties.networkProfile.networkInterfaces').flatMap((row) => textAt(row, 'id') ?? []),
    agentOffered: agent.length > 0 || offered('windows') || offered('linux'),
    agentConnected: agent.some((text) => text === 'connected' || text === 'active'),
  };
};

/** From this version on ARM can pull the plug; before it there is `stop` alone. */
const POWER_OFF_SINCE = '2026-04-01';

export interface Instances {
  machine(id: string): Promise<Machine | null>;
  /** null when the machine is there but no VM under it. */
  instance(machine: string): Promise<Instance | null>;
  start(machine: string): Promise<Accepted>;
  /**
   * Asks the guest, through its host, to shut down, and fails where the guest does not answer: seen on real estates, not promised
   * by the specification, which only says "stop". The stable API has no other way to turn a VM off. A §3
   */
  stop(machine: string): Promise<Accepted>;
  /** Pulls the plug where the API version can, else asks as `stop` does. */
  powerOff(machine: string): Promise<Accepted>;
  readonly canPowerOff: boolean;
  resize(machine: string, cpus: number, memoryMb: number): Promise<Accepted>;
  /** Exactly these network interfaces; those left out stay as resources, with their MAC and network. */
  attach(machine: string, nics: readonly string[]): Promise<Accepted>;
  offerAgent(machine: string, os: 'windows' | 'linux'): Promise<Accepted>;
  installAgent(machine: string): Promise<Accepted>;
  agentInstall(machine: string): Promise<string | null>;
  claim(machine: Machine, token: string): Promise<void>;
  tag(machine: Machine, tags: Readonly<Record<string, string>>): Promise<void>;
  removeInstance(machine: string): Promise<Accepted>;
  removeMachine(machine: string): Promise<Accepted>;
}

export const instances = (arm: Arm, { apiVersions }: AzureLocalInstance): Instances => {
  const { azureStackHci, hybridCompute } = apiVersions;
  const idOf = (machine: string) => `${machine}/providers/Microsoft.AzureStackHCI/virtualMachineInstances/default`;
  const act = (machine: string, verb: string, body: Json | null = null) =>
    arm.post(`${idOf(machine)}/${verb}`, azureStackHci, body);
  const update = (machine: string, properties: Json) => arm.patch(idOf(machine), azureStackHci, { properties });
  const canPowerOff = azureStackHci >= POWER_OFF_SINCE;
  const agentId = (machine: string) => `${idOf(machine)}/guestAgents/default`;

  return {
    machine: async (id) => {
      const reading = await arm.get(id, hybridCompute);
      if (!reading) return null;
      const { body } = reading;
      return {
        id,
        name: textAt(body, 'name') ?? '',
        body,
        status: textAt(body, 'properties.status'),
        token: tokenTagOf(body),
      };
    },
    instance: async (machine) => {
      const reading = await arm.get(idOf(machine), azureStackHci);
      return reading && instanceOf(idOf(machine), reading.body);
    },
    start: (machine) => act(machine, 'start'),
    stop: (machine) => act(machine, 'stop'),
    powerOff: (machine) => (canPowerOff ? act(machine, 'powerOff', { skipShutdown: true }) : act(machine, 'stop')),
    canPowerOff,
    resize: (machine, processors, memoryMB) =>
      update(machine, { hardwareProfile: { vmSize: 'Custom', processors, memoryMB } }),
    attach: (machine, nics) => update(machine, { networkProfile: { networkInterfaces: nics.map((id) => ({ id })) } }),
    offerAgent: (machine, os) =>
      update(machine, { osProfile: { [`${os}Configuration`]: { provisionVMConfigAgent: true } } }),
    installAgent: (machine) =>
      arm.put(agentId(machine), azureStackHci, { properties: { provisioningAction: 'install' } }),
    agentInstall: async (machine) => {
      const reading = await arm.get(agentId(machine), azureStackHci);
      return (
        reading &&
        (textAt(reading.body, 'properties.provisioningState') ?? textAt(reading.body, 'properties.status') ?? 'Unknown')
      );
    },
    claim: (machine, token) => claim(arm, machine.id, hybridCompute, machine.body, token),
    tag: (machine, tags) => addTags(arm, machine.id, hybridCompute, machine.body, tags),
    removeInstance: (machine) => arm.remove(idOf(machine), azureStackHci),
    removeMachine: (machine) => arm.remove(machine, hybridCompute),
  };
};
