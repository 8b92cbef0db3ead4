import type { LabVm } from '../estate/types.ts';
import { type CmdletContext, CmdletError, cmdlet, Prompt, typed } from '../powershell/cmdlet.ts';
import { like } from '../powershell/wildcards.ts';
import { guidFrom } from './chains.ts';
import { by, editExtra, extraOf, registered, volumeOf } from './machines.ts';

/** Cluster roles of VMs; the cmdlets exist only on a clustered host. A role outlives its VM until somebody removes it. */

interface Role {
  readonly vmId: string;
  readonly name: string;
}

const clusters = 'Microsoft.FailoverClusters.PowerShell';

const roles = ({ estate }: CmdletContext) => estate.table<Role>('hyper-v', 'roles');

/** `hyperV.clustered` is how another product says that it made the VM highly available. */
export const hasRole = (ctx: CmdletContext, vm: LabVm): boolean =>
  roles(ctx).get(vm.id) !== undefined || extraOf(vm)['hyperV.clustered'] === true;

const allRoles = (ctx: CmdletContext): readonly Role[] => {
  const kept = roles(ctx)
    .list()
    .map(({ value }) => value);
  const made = registered(ctx).filter((vm) => extraOf(vm)['hyperV.clustered'] === true && !roles(ctx).get(vm.id));
  return [...kept, ...made.map((vm) => ({ vmId: vm.id, name: vm.name }))];
};

const roleObject = (ctx: CmdletContext, { vmId, name }: Role): object => {
  const vm = ctx.estate.vms.get(vmId);
  const lost = vm ? 'Offline' : 'Failed';
  return typed('ClusterGroup', {
    Id: guidFrom(`role ${vmId}`),
    Name: name,
    GroupType: 'VirtualMachine',
    State: vm?.power === 'on' ? 'Online' : lost,
    OwnerNode: typed('ClusterNode', { Name: ctx.estate.scenario.hyperV.host, State: 'Up' }),
    AutoFailbackType: 0,
    Priority: 2000,
  });
};

const chosen = (ctx: CmdletContext, parameters: Record<string, unknown>, cmdletName: string): readonly Role[] => {
  const { VMId: id, Name: names } = parameters;
  const fits = allRoles(ctx).filter(
    (role) =>
      (id === undefined || role.vmId === id) &&
      (names === undefined || (names as readonly string[]).some((name) => like(name)(role.name))),
  );
  if (fits.length > 0 || (id === undefined && names === undefined)) return fits;
  throw new CmdletError(
    `The cluster group for '${String(names ?? id)}' could not be found.`,
    'ObjectNotFound',
    `${cmdletName},${clusters}.${cmdletName.replace('-', '')}Command`,
  );
};

export const getClusterGroup = cmdlet(
  {
    type: `${clusters}.GetClusterGroupCommand`,
    syntax: ['[-Name <string[]>] [-Cluster <string>]', '-VMId <guid> [-Cluster <string>]'],
  },
  (ctx, parameters) => chosen(ctx, parameters, 'Get-ClusterGroup').map((role) => roleObject(ctx, role)),
);

const removeType = `${clusters}.RemoveClusterGroupCommand`;

export const removeClusterGroup = cmdlet(
  {
    type: removeType,
    syntax: [
      '-Name <string[]> [-Force] [-RemoveResources] [-Cluster <string>]',
      '-VMId <guid> [-Force] [-RemoveResources] [-Cluster <string>]',
    ],
  },
  (ctx, parameters) => {
    const found = chosen(ctx, parameters, 'Remove-ClusterGroup');
    if (parameters.Force !== true) throw new Prompt(removeType);
    for (const { vmId } of found) {
      roles(ctx).delete(vmId);
      const vm = ctx.estate.vms.get(vmId);
      if (vm)
        editExtra(ctx, vm, 'Remove-ClusterGroup', (extra) => {
          extra['hyperV.clustered'] = false;
        });
    }
    return [];
  },
);

const addType = `${clusters}.AddClusterVirtualMachineRoleCommand`;

const refused = (message: string, category: string): CmdletError =>
  new CmdletError(message, category, `Add-ClusterVirtualMachineRole,${addType}`);

export const addClusterVirtualMachineRole = cmdlet(
  {
    type: addType,
    syntax: [
      '-VMName|VM <string> [-Name <string>] [-Cluster <string>]',
      '-VMId <guid> [-Name <string>] [-Cluster <string>]',
      '-VirtualMachine <string> [-Name <string>] [-Cluster <string>]',
    ],
  },
  (ctx, parameters) => {
    const { VMId: id, Name: name } = parameters;
    const called = String(parameters.VMName ?? parameters.VirtualMachine ?? '').toLowerCase();
    const fits = registered(ctx).filter((vm) => (id === undefined ? vm.name.toLowerCase() === called : vm.id === id));
    const [vm] = fits;
    if (!vm || fits.length > 1)
      throw refused(`Unable to find one virtual machine '${String(id ?? called)}' on this node.`, 'ObjectNotFound');
    if (hasRole(ctx, vm))
      throw refused(`The virtual machine '${vm.name}' is already highly available.`, 'ResourceExists');

    const shared = ctx.estate.scenario.hyperV.volumes.filter((volume) => volume.csv).map((volume) => volume.path);
    const local = vm.disks.find((disk) => !shared.includes(volumeOf(ctx, disk.path) ?? ''));
    if (local)
      throw refused(
        `The disk '${local.path}' of virtual machine '${vm.name}' is not on storage of the cluster.`,
        'InvalidOperation',
      );

    const role = { vmId: vm.id, name: typeof name === 'string' ? name : vm.name };
    roles(ctx).put(vm.id, role);
    ctx.estate.vms.change(vm.id, by('Add-ClusterVirtualMachineRole'), (changed) => {
      extraOf(changed)['hyperV.clustered'] = true;
    });
    return [roleObject(ctx, role)];
  },
);
