import type { Address } from '../../domain/address.ts';

export interface StandingOrder {
  readonly to: Address;
  readonly token: string;
  /** Identity of each journey, and the name its landing has or will have. */
  readonly leases: readonly { readonly journey: string; readonly name: string }[];
}

/** What a platform or a mover says of journeys that ended without a word. Where it cannot, their leases stay until a person gives them back. */
export interface Stands {
  /**
   * Of which of these journeys something is still here: a VM on a platform, an operation under way in a mover. One reading for all;
   * changes nothing.
   */
  standing(order: StandingOrder): Promise<{ readonly standing: readonly string[] }>;
}
