import { isTrueAt, textAt } from '../http/reading.ts';
import type { Rest } from './rest.ts';

/** An instance that a workload holds: for 31 days after its last point, unless it is given back. U §1.3 */
export interface Instance {
  readonly id: string;
  readonly revocable: boolean;
}

export interface Licences {
  /** Instances held by workloads of this name. The list knows no other identity. */
  heldBy(vmName: string): Promise<readonly Instance[]>;
  revoke(id: string): Promise<void>;
}

/** No cmdlet gives an instance back; the server's REST does, from 1.2 on. Workloads carry a name and no id of the VM. V §2.5 */
export const licencesOf = ({ server }: Rest): Licences => ({
  heldBy: async (vmName) =>
    (await server.all('/license/instances'))
      .filter((one) => textAt(one, 'name') === vmName || textAt(one, 'displayName') === vmName)
      .map((one) => ({ id: textAt(one, 'instanceId') ?? '', revocable: isTrueAt(one, 'canBeRevoked') })),
  revoke: async (id) => {
    await server.ask('POST', `/license/instances/${encodeURIComponent(id)}/revoke`);
  },
});
