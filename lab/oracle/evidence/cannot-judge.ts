/** There is no evidence, or it is not of this scenario: neither green nor red. */
export class CannotJudge extends Error {}
