import { createHash } from 'node:crypto';
import type { Caller } from './caller.ts';

/**
 * The update id under which a workflow takes what is asked only once; none where the caller named no key. It is of this caller: nobody
 * is answered with what another one asked, whatever keys they choose.
 */
export const updateIdOf = ({ subject }: Caller, key: string | null, what: string): [] | [string] =>
  key === null
    ? []
    : [
        `api/${createHash('sha256')
          .update(JSON.stringify([subject, key, what]))
          .digest('hex')
          .slice(0, 40)}`,
      ];
