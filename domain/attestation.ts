import { typed } from './typed.ts';

/** What may be asked of the API: `viewer` reads, `operator` commands, `approver` decides, `admin` all. */
export const ROLES = ['viewer', 'operator', 'approver', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** What the API signs of one approval: who took it, and exactly what for. Times are ms since the epoch. */
export interface Claims {
  readonly subject: string;
  readonly groups: readonly string[];
  readonly role: Role;
  /** Workflow id of the migration, or of the batch whose group is decided on. */
  readonly target: string;
  readonly gate: string;
  /** The group, where a whole group is decided on. */
  readonly group?: string;
  readonly hop: number;
  /** Of the gate; 0 for a group, whose gate has no rounds. */
  readonly round: number;
  readonly fingerprint: string;
  readonly openedAt: number;
  readonly decision: 'approve' | 'reject';
  readonly expiresAt: number;
  /** Random: what was used once is not used again. */
  readonly id: string;
  /** How the API knew who it was. */
  readonly method?: 'oidc' | 'local';
}

/** What is to be signed for the gate that is open now. */
export type Expected = Pick<
  Claims,
  'target' | 'gate' | 'group' | 'hop' | 'round' | 'fingerprint' | 'openedAt' | 'decision'
>;

export type Attested =
  | { readonly ok: true; readonly subject: string; readonly groups: readonly string[]; readonly id: string }
  | { readonly ok: false; readonly why: string };

interface Opening {
  readonly name: string;
  readonly hop: number;
  readonly round: number;
  readonly fingerprint: string;
  readonly openedAt: number;
}

/** What an approval of a VM's gate must be signed for. */
export const expectedOfVm = (
  target: string,
  { name, ...opening }: Opening,
  decision: Claims['decision'] = 'approve',
): Expected => {
  const { hop, round, fingerprint, openedAt } = opening;
  return { target, gate: name, hop, round, fingerprint, openedAt, decision };
};

/** What an approval of a group's gate must be signed for; `target` is the workflow id of the batch. */
export const expectedOfGroup = (
  target: string,
  gate: Omit<Opening, 'name' | 'round'> & { readonly group: string },
  decision: Claims['decision'] = 'approve',
): Expected => {
  const { group, hop, fingerprint, openedAt } = gate;
  return { target, gate: 'cutover', group, hop, round: 0, fingerprint, openedAt, decision };
};

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

/** The claims in what was signed; null when it is anything else. Whoever signed it may be of another release, or no API at all. */
export const claimsOf = (signed: unknown): Claims | null => {
  const it = (signed ?? {}) as Partial<Record<keyof Claims, unknown>>;
  const texts = [it.subject, it.target, it.gate, it.fingerprint, it.id].every(isText);
  const numbers = [it.hop, it.round, it.openedAt, it.expiresAt].every(isNumber);
  const groups = Array.isArray(it.groups) && it.groups.every(isText);
  const isDecided = it.decision === 'approve' || it.decision === 'reject';
  const hasRole = ROLES.some((role) => role === it.role);
  const isOf = it.group === undefined || isText(it.group);
  return texts && numbers && groups && isDecided && hasRole && isOf ? (it as Claims) : null;
};

/** How each field is told of when it does not fit, in the order of looking. */
const FIELDS: readonly (readonly [field: keyof Expected, words: string])[] = [
  ['target', 'for another migration or batch'],
  ['gate', 'for another gate'],
  ['group', 'for another group'],
  ['hop', 'for another hop'],
  ['round', 'for another round'],
  ['fingerprint', 'for other evidence'],
  ['openedAt', 'for an earlier opening of the gate'],
  ['decision', 'for another decision'],
];

const shown = (value: unknown): string => (value === undefined ? 'none' : typed(value));

/** Why a signature that holds does not open this gate now, in words; null when it does. `now` in ms. */
export const misfitOf = (claims: Claims, expected: Expected, now: number): string | null => {
  if (now >= claims.expiresAt)
    return `The attestation of ${claims.subject} expired at ${new Date(claims.expiresAt).toISOString()}. Decide again.`;
  const wrong = FIELDS.find(([field]) => claims[field] !== expected[field]);
  if (wrong) {
    const [field, words] = wrong;
    return `${claims.subject} signed ${words}: ${field} ${shown(claims[field])}, here it is ${shown(expected[field])}. Look again, then decide.`;
  }
  return claims.role === 'approver' || claims.role === 'admin'
    ? null
    : `${claims.subject} signed as ${claims.role}; deciding needs the role approver.`;
};
