/** Who sits at the desks of a seed. */
export const OPERATOR = 'operator';
export const SECOND = 'second';
/** May approve, is never there, and lends the right. */
export const OWNER = 'owner';
