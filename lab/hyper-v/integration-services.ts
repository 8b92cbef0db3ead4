import type { LabVm } from '../estate/types.ts';
import { type CmdletContext, cmdlet, typed } from '../powershell/cmdlet.ts';
import { like } from '../powershell/wildcards.ts';
import { commands, invalidParameter } from './errors.ts';
import { by, extraOf, meant } from './machines.ts';

/** Get-, Enable- and Disable-VMIntegrationService. Names are localised on real hosts; the tail of the id is not. V §3.2 */

interface Service {
  readonly name: string;
  readonly tail: string;
  readonly byDefault: boolean;
}

const services = {
  guestFiles: { name: 'Guest Service Interface', tail: '6C09BB55-D683-4DA0-8931-C9BF705F6480', byDefault: false },
  heartbeat: { name: 'Heartbeat', tail: '84EAAE65-2F2E-45F5-9BB5-0E857DC8EB47', byDefault: true },
  keyValues: { name: 'Key-Value Pair Exchange', tail: '2A34B1C2-FD73-4043-8A5B-DD2159BC743F', byDefault: true },
  shutdown: { name: 'Shutdown', tail: '9F8233AC-BE49-4C79-8EE3-E7E1985B2077', byDefault: true },
  time: { name: 'Time Synchronization', tail: '2497F4DE-E9FA-4204-80E4-4B75C46419C0', byDefault: true },
  vss: { name: 'VSS', tail: '5CED1297-4598-4915-A5FC-AD21BB4D02A4', byDefault: true },
} satisfies Record<string, Service>;

export const isEnabled = (vm: LabVm, which: keyof typeof services): boolean => {
  const service = services[which];
  return extraOf(vm)['hyperV.services']?.[service.tail] ?? service.byDefault;
};

const statusOf = (vm: LabVm, enabled: boolean): readonly [string, string] => {
  if (!enabled) return ['Disabled', 'Disabled'];
  if (vm.power === 'off') return ['Ok', 'OK'];
  return vm.guestUpSince === null ? ['NoContact', 'No Contact'] : ['Ok', 'OK'];
};

const serviceObject = (vm: LabVm, service: Service): object => {
  const enabled = extraOf(vm)['hyperV.services']?.[service.tail] ?? service.byDefault;
  const [status, description] = statusOf(vm, enabled);
  return typed('VMIntegrationComponent', {
    VMId: vm.id,
    VMName: vm.name,
    Id: `Microsoft:${vm.id.toUpperCase()}\\${service.tail}`,
    Name: service.name,
    Enabled: enabled,
    OperationalStatus: [status],
    PrimaryOperationalStatus: status,
    PrimaryStatusDescription: description,
    SecondaryOperationalStatus: null,
    SecondaryStatusDescription: '',
  });
};

const chosen = (names: unknown, type: string): readonly Service[] => {
  const all = Object.values(services);
  if (names === undefined) return all;
  return (names as readonly string[]).flatMap((name) => {
    const fits = all.filter((service) => like(name)(service.name));
    if (fits.length > 0) return fits;
    throw invalidParameter(`Hyper-V was unable to find an integration service with name "${name}".`, type);
  });
};

const getType = `${commands}.GetVMIntegrationService`;

export const getVmIntegrationService = cmdlet(
  { type: getType, syntax: ['-VMName <string[]> [-Name <string[]>]', '-VM <VirtualMachine[]> [-Name <string[]>]'] },
  (ctx, parameters) => {
    const wanted = chosen(parameters.Name, getType);
    const vms = meant(ctx, { VM: parameters.VM, VMName: parameters.VMName }, getType);
    return vms.flatMap((vm) => wanted.map((service) => serviceObject(vm, service)));
  },
);

const switchSets = [
  '-VMName <string[]> -Name <string[]> [-Passthru]',
  '-VM <VirtualMachine[]> -Name <string[]> [-Passthru]',
  '-VMIntegrationService <VMIntegrationComponent[]> [-Passthru]',
];

/** Each VM with the services meant in it. */
const targets = (
  ctx: CmdletContext,
  parameters: Record<string, unknown>,
  type: string,
): readonly (readonly [LabVm, readonly Service[]])[] => {
  const components = (parameters.VMIntegrationService ?? []) as readonly { VMId: string; Name: string }[];
  if (components.length > 0)
    return components.flatMap((component) =>
      meant(ctx, { VM: [component] }, type).map((vm) => [vm, chosen([component.Name], type)] as const),
    );
  const wanted = chosen(parameters.Name, type);
  return meant(ctx, { VM: parameters.VM, VMName: parameters.VMName }, type).map((vm) => [vm, wanted] as const);
};

const switching = (verb: 'Enable' | 'Disable') => {
  const type = `${commands}.${verb}VMIntegrationService`;
  return cmdlet({ type, syntax: switchSets }, (ctx, parameters) =>
    targets(ctx, parameters, type).flatMap(([vm, wanted]) => {
      const changed = ctx.estate.vms.change(vm.id, by(`${verb}-VMIntegrationService`), (edited) => {
        const switched = wanted.map((service) => [service.tail, verb === 'Enable'] as const);
        const extra = extraOf(edited);
        extra['hyperV.services'] = { ...extra['hyperV.services'], ...Object.fromEntries(switched) };
      });
      return parameters.Passthru === true ? wanted.map((service) => serviceObject(changed, service)) : [];
    }),
  );
};

export const enableVmIntegrationService = switching('Enable');
export const disableVmIntegrationService = switching('Disable');
