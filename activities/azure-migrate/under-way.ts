import type { Stands } from '../contracts/stands.ts';
import type { AzureMigrate } from './context.ts';
import { type Stage, stageOf } from './stage.ts';

/** What has come to rest takes no part in what the appliance does at once; deltas of what is ready are small. A §1.4 */
const AT_REST: readonly Stage[] = [
  'enableFailed',
  'copyFailed',
  'ready',
  'failoverFailed',
  'failedOver',
  'removing',
  'removeFailed',
];

/** Journeys whose VM is being copied or switched right now; an item keeps no text of ours, but the name it lands under. */
export const underWay =
  ({ items, infrastructure }: AzureMigrate): Stands['standing'] =>
  async ({ leases }) => {
    const { vault } = await infrastructure.registered();
    const busy = (await items.all(vault.id)).filter((item) => !AT_REST.includes(stageOf(item)));
    const names = busy.map(({ target }) => target.vmName?.toLowerCase());
    return {
      standing: leases.filter(({ name }) => names.includes(name.toLowerCase())).map(({ journey }) => journey),
    };
  };
