import type { PlatformProduct } from '../../domain/address.ts';
import { whyIllegalName } from '../../domain/landing-name.ts';
import { type Wrong, wrong } from '../refusal.ts';

/** Null when the platform takes the name. `column` is the one to write another name into. */
export const wrongName = (name: string, platform: PlatformProduct, column: string): Wrong | null => {
  const reason = whyIllegalName(name, platform);
  return reason === null
    ? null
    : wrong(`On ${platform} the name "${name}" ${reason}`, `Give another name in ${column}.`);
};

/** The default of a staged VM; `id` tells two VMs of one display name apart. */
export const stagedName = (name: string): string => `${name}_replica`;
export const stagedNameWithId = (name: string, id: string | null): string =>
  id === null ? stagedName(name) : `${stagedName(name)}_${id.slice(0, 8)}`;
