/** Both sides of a signature: what the API signs with, and what the orchestrator takes. */
export const ATTESTATION_ALGORITHMS = ['EdDSA', 'ES256'] as const;
export type AttestationAlgorithm = (typeof ATTESTATION_ALGORITHMS)[number];

/** So that no other token made with the same key passes for a decision. */
export const ATTESTATION_TYPE = 'tranship-decision+jws';
