import type { Role } from '../../domain/attestation.ts';

/** Who asks, as the API knows it. */
export interface Caller {
  readonly subject: string;
  readonly groups: readonly string[];
  readonly roles: readonly Role[];
  /** `local`: whoever holds the token of this machine is the user of the system the API runs as. */
  readonly method: 'oidc' | 'local';
  /** When what proves it ends, ms; null while the API runs. */
  readonly until: number | null;
}

/** What a route takes: everybody with a role reads, an admin does all. */
export type Need = Exclude<Role, 'admin'>;

export const allows = ({ roles }: Pick<Caller, 'roles'>, need: Need): boolean =>
  need === 'viewer' ? roles.length > 0 : roles.includes(need) || roles.includes('admin');
