import { openEstate } from '../../lab/estate/index.ts';
import type { Scenario } from '../../lab/estate/scenario.ts';
import type { LabVm } from '../../lab/estate/types.ts';

export const STAGED = '7c2f60a4-91b3-4d0e-8a57-0d2c6f1e9b31';

/**
 * Leaves a lab as the first hop leaves it, before the lab runs: the source off and off its network, its successor on the staging host,
 * flat, connected, a role of the cluster, powered on. Its guest is up a boot later.
 */
export const stageFirst =
  (wish: Partial<LabVm> = {}) =>
  (scenario: Scenario, dir: string): void => {
    const estate = openEstate(scenario, dir, { ticking: false });
    const { vms, disks, together } = estate;
    const [source] = vms.list('ahv');
    const [plan] = scenario.vms;
    const [volume] = scenario.hyperV.volumes;
    if (!source || !plan || !volume) throw new Error('The scenario has a VM and the staging host a volume.');
    const { name, nics } = plan.expected.staging;
    together(() => {
      vms.powerOff(source.id, 'test:stage');
      vms.change(source.id, 'test:stage', (vm) => {
        for (const nic of vm.nics) nic.connected = false;
      });
      const staged = source.disks.map((disk, n) => ({
        ...disk,
        file: `staged-${n}`,
        path: `${volume.path}\\${name}\\${name}-disk${n}.vhdx`,
        parent: null,
      }));
      source.disks.forEach((disk, n) => void disks.clone(disk.file, `staged-${n}`));
      vms.create(
        {
          ...source,
          id: STAGED,
          platform: 'hyper-v',
          instance: scenario.hyperV.instance,
          name,
          power: 'off',
          generation: source.firmware === 'uefi' ? 2 : 1,
          disks: staged,
          nics: source.nics.map((nic, n) => ({
            ...nic,
            network: nics[n]?.network ?? null,
            vlan: nics[n]?.vlan ?? null,
            connected: true,
          })),
          note: `[tranship:${source.id}/1/reshape/0 ${JSON.stringify({
            os: plan.os,
            disks: source.disks.map(({ bytes }) => bytes),
          })}]`,
          autostart: true,
          extra: { 'hyperV.clustered': true },
          ...wish,
        },
        'test:stage',
      );
      vms.powerOn(STAGED, 'test:stage');
    });
    estate.close();
  };
