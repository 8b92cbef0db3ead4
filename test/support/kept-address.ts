import type { ExpectedNic, Scenario, VmScenario } from '../../lab/estate/scenario.ts';

export const ADDRESS = '10.10.120.21';

const source = { subnet: 'vlan-120-db', ip: ADDRESS, gateway: '10.10.120.1' };
const landing = { vlan: 120, ip: null, gateway: '10.10.120.1' };

const landingsOf = (nics: readonly ExpectedNic[], network: string): readonly ExpectedNic[] =>
  nics.map((nic) => ({ ...nic, ...landing, network }));

/** The scenario's VMs keep their addresses: their VLAN exists at the target. */
export const keptAddress = (made: unknown): Scenario => {
  const scenario = made as Scenario;
  return {
    ...scenario,
    vms: scenario.vms.map((vm): VmScenario => {
      const { staging, target } = vm.expected;
      return {
        ...vm,
        nics: vm.nics.map((nic) => ({ ...nic, ...source })),
        expected: {
          ...vm.expected,
          staging: { ...staging, nics: landingsOf(staging.nics, 'vSwitch-Migration') },
          target: { ...target, nics: landingsOf(target.nics, 'lnet-db-120') },
        },
      };
    }),
  };
};
