import { type Hop, itemOrder, protect } from './hop-context.ts';
import { mishapOf } from './step.ts';

/** A protect that says by itself that it made nothing. */
const madeNothing = (error: unknown): boolean => {
  const mishap = mishapOf(error);
  return mishap?.changed === 'nothing' && ['Configuration', 'Conflict', 'Missing'].includes(mishap.class);
};

/**
 * Whether there is an object of the mover's. A protect whose answer was lost is asked again: only it can find what it made. One that
 * failed may name what stands all the same.
 */
const hasItem = async (h: Hop): Promise<boolean> => {
  if (h.record.item !== null) return true;
  try {
    await protect(h);
    return true;
  } catch (error) {
    const { protection, adopted } = mishapOf(error)?.facts ?? {};
    if (typeof protection === 'string') {
      h.record.item = protection;
      h.record.itemAdopted = adopted === true;
      return true;
    }
    if (madeNothing(error)) return false;
    throw error;
  }
};

export const retire = async (h: Hop): Promise<void> => {
  if (!(await hasItem(h))) return;
  await h.verbs.mover.retire.executeWithOptions({ summary: 'remove our objects from the mover' }, [
    { ...itemOrder(h, 'retire'), adopted: h.record.itemAdopted },
  ]);
};
