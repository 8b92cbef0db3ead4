import { mishap } from '../contracts/mishap.ts';
import type { Mover } from '../contracts/mover.ts';
import type { AzureMigrate } from './context.ts';
import { stageOf } from './stage.ts';

/** Age of the last recovery point on Azure's own clock: the time Azure answered less the time it received the point. A §1.4 */
export const lag =
  ({ items }: AzureMigrate): Mover['lag'] =>
  async ({ item: id, vm }) => {
    const item = await items.get(id);
    if (!item)
      throw mishap.missing(`The replication of ${vm.name} is gone`, {
        vm: vm.name,
        fix: 'Look who ended it; retry protect to begin again.',
      });
    const received = Date.parse(item.pointAt ?? '');
    const known = !Number.isNaN(received) && item.readAt !== null;
    const broken = ['enableFailed', 'copyFailed', 'failoverFailed', 'removeFailed', 'removing'].includes(stageOf(item));
    const texts = [
      item.stateText,
      item.resyncRequired ? 'must be copied again' : null,
      ...item.errors.map(({ code, message }) => `${code}: ${message}`),
    ];
    return {
      point: item.point,
      pointAt: item.pointAt,
      ageSeconds: known && item.readAt !== null ? Math.max(0, Math.round((item.readAt - received) / 1000)) : null,
      healthy: !broken && !item.resyncRequired && item.health?.toLowerCase() !== 'critical',
      detail: texts.filter(Boolean).join('; '),
    };
  };
