import type { Scenario } from '../../lab/estate/scenario.ts';
import type { LabVm } from '../../lab/estate/types.ts';
import { hyperVCmdlets } from '../../lab/hyper-v/cmdlets.ts';
import { ready, run } from '../../lab/powershell/calls.ts';
import { CmdletError, type CmdletTable } from '../../lab/powershell/cmdlet.ts';
import { property } from '../../lab/powershell/properties.ts';
import type { Shell } from '../../lab/powershell/run-list.ts';
import { oneVm } from '../../lab/scenarios/one.ts';
import { type Bench, labBench } from './lab-bench.ts';

type Parameters = Readonly<Record<string, unknown>>;

export interface HostBench extends Bench {
  readonly shell: Shell;
  /** Runs one cmdlet on the staging host as PowerShell would, binding included. */
  call(cmdlet: string, parameters?: Parameters): Promise<readonly unknown[]>;
  /** The first object's property. */
  read(cmdlet: string, parameters: Parameters, path: string): Promise<unknown>;
  /** The error record a call ends with. */
  refusal(cmdlet: string, parameters?: Parameters): Promise<CmdletError>;
  /** A call that waits for lab time to pass. */
  waiting(cmdlet: string, parameters?: Parameters): Promise<readonly unknown[]>;
  /** A staged VM, off, as a mover leaves it. */
  staged(wish?: Partial<LabVm>): LabVm;
}

export const staging = 'C:\\ClusterStorage\\Volume1\\Staging';

/** The ordinary scenario with a host of another size. */
export const scenarioWith = (hyperV: Partial<Scenario['hyperV']>, speed = 1): Scenario => {
  const scenario = oneVm({ speed });
  return { ...scenario, hyperV: { ...scenario.hyperV, ...hyperV } };
};

export const hostBench = (scenario?: Scenario, table?: CmdletTable): HostBench => {
  const bench = labBench(scenario);
  const shell: Shell = {
    estate: bench.estate,
    instance: bench.estate.scenario.hyperV.instance,
    table: table ?? hyperVCmdlets(bench.estate),
    session: new Map(),
    interactive: false,
    isGone: () => false,
  };
  const call: HostBench['call'] = async (cmdlet, parameters = {}) =>
    run(
      shell,
      ready(shell.table, { id: 'one', cmdlet, parameters, select: [] }, (value) => value),
    );

  return Object.assign(bench, {
    shell,
    call,
    read: async (cmdlet: string, parameters: Parameters, path: string) =>
      property((await call(cmdlet, parameters))[0], path),
    refusal: async (cmdlet: string, parameters?: Parameters) => {
      const outcome = await call(cmdlet, parameters).catch((reason: unknown) => reason);
      if (outcome instanceof CmdletError) return outcome;
      throw outcome instanceof Error ? outcome : new Error(`${cmdlet} did not fail`);
    },
    waiting: async (cmdlet: string, parameters?: Parameters) => {
      const outcome = call(cmdlet, parameters);
      let over = false;
      const settled = outcome.then(
        () => {
          over = true;
        },
        () => {
          over = true;
        },
      );
      while (!over) {
        bench.pass(10_000);
        await Promise.race([settled, new Promise((resolve) => setTimeout(resolve, 5))]);
      }
      return outcome;
    },
    staged: (wish: Partial<LabVm> = {}) => {
      const name = wish.name ?? 'web-01_replica';
      const vm = bench.successor({ name, memoryMb: 4096, cpus: 2, autostart: true, ...wish });
      return bench.estate.vms.change(vm.id, 'test:restore', (changed) => {
        changed.disks.forEach((disk, n) => {
          disk.path = `${staging}\\${name}\\${name}-disk${n}.vhdx`;
        });
        changed.nics = changed.nics.map((nic) => ({ ...nic, network: null, vlan: null, connected: false }));
      });
    },
  });
};
