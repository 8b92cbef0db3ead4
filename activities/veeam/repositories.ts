import { numberAt, textAt } from '../http/reading.ts';
import type { Where } from './failures.ts';
import type { Rest } from './rest.ts';
import { type InSession, text } from './session.ts';

export interface Repositories {
  /** Plain and scale-out ones. Null when there is none of this name. */
  idOf(where: Where, name: string): Promise<string | null>;
  /** Null where the server does not tell. */
  freeBytes(name: string): Promise<number | null>;
}

const GB = 1024 ** 3;

export const repositoriesOf = (inSession: InSession, { server }: Rest): Repositories => ({
  idOf: async (where, name) => {
    const rows = await inSession(where, 'repositories were read', [
      { id: 'plain', cmdlet: 'Get-VBRBackupRepository', parameters: {}, select: ['Id', 'Name'] },
      {
        id: 'scaleOut',
        cmdlet: 'Get-VBRBackupRepository',
        parameters: { ScaleOut: true },
        select: ['Id', 'Name'],
        mayFail: true,
      },
    ]);
    const found = [...rows.of('plain'), ...rows.of('scaleOut')].find((row) => text(row, 'Name') === name);
    return found ? text(found, 'Id') : null;
  },
  freeBytes: async (name) => {
    const path = '/backupInfrastructure/repositories/states';
    if (!(await server.find(`${path}?skip=0&limit=1`))) return null;
    const state = (await server.all(path)).find((one) => textAt(one, 'name') === name);
    const free = numberAt(state, 'freeGB');
    return free === null ? null : free * GB;
  },
});
