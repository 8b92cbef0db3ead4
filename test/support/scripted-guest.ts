import type { Guest } from '../../activities/contracts/guest.ts';
import type { Products } from './scripted-products.ts';

/** A Linux guest with one adapter that is always well. */
export const scriptedGuest = (products: Products, where: string): Guest => {
  const act = async <T>(verb: string, answer: T): Promise<T> => {
    await products.called(`${where} ${verb}`);
    products.after(`${where} ${verb}`);
    return answer;
  };
  /** A guest gives no address to an adapter that is unplugged. */
  const addressesOf = (id: string): readonly string[] => (products.vms.get(id)?.connected ? ['10.0.0.5/24'] : []);
  return {
    preflight: () => act('preflight', { productVersion: '1', agentVersion: '1', findings: [] }),
    inspect: ({ vm }) =>
      act('inspect', {
        os: 'linux',
        osName: 'Linux',
        hostname: 'h',
        services: [],
        volumes: [],
        findings: [],
        nics: [
          {
            mac: '50:6b:8d:00:00:01',
            name: 'eth0',
            addresses: addressesOf(vm.id),
            gateway: null,
            dns: [],
            dhcp: false,
          },
        ],
      }),
    prepare: () => act('prepare', { placed: [] }),
    readdress: () => act('readdress', { applied: [] }),
    check: () => act('check', { passed: [], findings: [] }),
    tidy: () => act('tidy', { removed: [] }),
  };
};
