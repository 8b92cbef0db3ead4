import { machinesOf } from '../hosts/machine.ts';
import { CmdletError, cmdlet, typed } from '../powershell/cmdlet.ts';
import { like } from '../powershell/wildcards.ts';

const type = 'Microsoft.FailoverClusters.PowerShell.GetNodeCommand';

export const getClusterNode = cmdlet({ type, syntax: ['[-Name <string[]>] [-Cluster <string>]'] }, (ctx, { Name }) => {
  const names = (Name ?? ['*']) as readonly string[];
  return names.flatMap((wanted) => {
    const found = machinesOf(ctx).filter(({ name }) => like(wanted)(name));
    if (found.length === 0)
      throw new CmdletError(
        `The cluster node '${wanted}' could not be found.`,
        'ObjectNotFound',
        `Get-ClusterNode,${type}`,
      );
    return found.map(({ name }, n) =>
      typed('ClusterNode', { Name: name, Id: String(n + 1), State: 'Up', NodeWeight: 1, DrainStatus: 'NotInitiated' }),
    );
  });
});
