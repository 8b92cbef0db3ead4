import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { chmod, mkdir, rename, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Caller } from './caller.ts';
import { Problem } from './problem.ts';

export interface LocalToken {
  /** Where the token is; only its owner may read it. */
  readonly path: string;
  readonly identify: (token: string) => Promise<Caller>;
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** A new token at every start: one that got about ends with the process. */
export const newLocalToken = async (folder: string): Promise<LocalToken> => {
  const token = randomBytes(32).toString('base64url');
  const path = join(folder, 'token');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(`${path}.part`, `${token}\n`, { mode: 0o600 });
  await chmod(`${path}.part`, 0o600);
  await rename(`${path}.part`, path);
  const known = digest(token);
  const caller: Caller = {
    subject: userInfo().username,
    groups: [],
    roles: ['admin'],
    method: 'local',
    until: null,
  };
  return {
    path,
    identify: async (given) => {
      if (timingSafeEqual(digest(given), known)) return caller;
      throw new Problem(
        401,
        'The token is not the one of this API.',
        `Read it anew from ${path}: each start makes one.`,
      );
    },
  };
};
