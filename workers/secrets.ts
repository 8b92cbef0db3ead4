import { readFile } from 'node:fs/promises';
import type { SecretRef } from '../domain/estate.ts';

/** Resolves `env:NAME` and `file:/path` where the secret is needed, never earlier. The value is nowhere but in the answer. */
export const resolveSecret = async (ref: SecretRef): Promise<string> => {
  const [kind, ...rest] = ref.split(':');
  const name = rest.join(':');
  if (kind === 'env') {
    const value = process.env[name];
    if (value === undefined)
      throw new Error(`The secret ${ref} is not there: this process has no environment variable ${name}.`);
    return value;
  }
  if (kind === 'file') return (await readFile(name, 'utf8')).replace(/\r?\n$/, '');
  throw new Error(`The secret reference ${ref} is neither env:NAME nor file:/path.`);
};
