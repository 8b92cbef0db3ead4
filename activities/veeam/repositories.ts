import type { CmdletCall } from '../contracts/cmdlets.ts';
import { sweepOf } from '../contracts/sweep.ts';
import { numberAt, textAt } from '../http/reading.ts';
import type { Rest } from './rest.ts';
import { type InSession, type Rows, text } from './session.ts';

export interface Repositories {
  /** Plain and scale-out ones, read afresh, together for all who ask at once. Null when there is none of this name. */
  idOf(name: string): Promise<string | null>;
  /** Null where the server does not tell. */
  freeBytes(name: string): Promise<number | null>;
}

const GB = 1024 ** 3;

export const REPOSITORIES: readonly CmdletCall[] = [
  { id: 'plain', cmdlet: 'Get-VBRBackupRepository', parameters: {}, select: ['Id', 'Name'] },
  {
    id: 'scaleOut',
    cmdlet: 'Get-VBRBackupRepository',
    parameters: { ScaleOut: true },
    select: ['Id', 'Name'],
    mayFail: true,
  },
];

/** Name → id, from a list that holds `REPOSITORIES`. */
export const repositoryIds = (rows: Rows): ReadonlyMap<string, string> =>
  new Map([...rows.of('scaleOut'), ...rows.of('plain')].map((row) => [text(row, 'Name'), text(row, 'Id')]));

export const repositoriesOf = (at: string, inSession: InSession, { server }: Rest): Repositories => {
  const sweep = sweepOf(0, Date.now, async () =>
    repositoryIds(await inSession({ at }, 'repositories were read', REPOSITORIES)),
  );
  return {
    idOf: async (name) => (await sweep.fresh()).get(name) ?? null,
    freeBytes: async (name) => {
      const path = '/backupInfrastructure/repositories/states';
      if (!(await server.find(`${path}?skip=0&limit=1`))) return null;
      const state = (await server.all(path)).find((one) => textAt(one, 'name') === name);
      const free = numberAt(state, 'freeGB');
      return free === null ? null : free * GB;
    },
  };
};
