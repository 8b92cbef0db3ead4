/** A value as a visibility query takes it: quotes and backslashes in a name stay part of the name. */
export const quoted = (value: string): string => `'${value.replace(/[\\']/g, '\\$&')}'`;
