import { join, resolve } from 'node:path';
import { startTemporal } from '../temporal/start-server.ts';
import { isAlive } from './alive.ts';
import { isListening } from './listening.ts';
import { type Noted, note, readNotes } from './notes.ts';

const NAME = 'temporal';

/** The Temporal server that was left running below this folder, if it still runs. */
export const runningServer = (home: string): Noted | null =>
  readNotes(home).find((noted) => noted.name === NAME && isAlive(noted)) ?? null;

/** Refuses ports that somebody else listens on: their server would be taken for ours. */
const refuseTaken = async (port: number, uiPort: number): Promise<void> => {
  for (const each of [port, uiPort])
    if (await isListening('127.0.0.1', each))
      throw new Error(
        `--port  something else listens on 127.0.0.1:${each}\n    Choose another port (its UI takes the one 1000 above), or set TEMPORAL_ADDRESS to use what is there.`,
      );
};

export const placeOf = (home: string, port: number) => ({
  folder: join(home, 'temporal'),
  port,
  uiPort: port + 1_000,
  namespace: 'default',
});

/** Starts the trial server in the background on a file below `home`, and notes it. The one that runs already is answered as it is. */
export const leaveServerRunning = async (home: string, port: number): Promise<{ noted: Noted; ran: boolean }> => {
  const there = runningServer(home);
  if (there) return { noted: there, ran: true };
  const place = placeOf(resolve(home), port);
  await refuseTaken(place.port, place.uiPort);
  const server = await startTemporal(place, { detached: true });
  const noted = {
    name: NAME,
    pid: server.process.pid ?? 0,
    args: server.process.spawnargs.slice(1),
    log: join(place.folder, 'temporal.log'),
    startedAt: new Date().toISOString(),
    address: server.address,
    uiAddress: server.uiAddress,
  };
  server.process.unref();
  note(home, noted);
  return { noted, ran: false };
};

/** The same in the foreground: resolves when it has ended. */
export const runServer = async (
  home: string,
  port: number,
  up: (noted: Pick<Noted, 'pid' | 'address' | 'uiAddress'>) => void,
): Promise<void> => {
  const place = placeOf(resolve(home), port);
  await refuseTaken(place.port, place.uiPort);
  const server = await startTemporal(place);
  up({ pid: server.process.pid ?? 0, address: server.address, uiAddress: server.uiAddress });
  await new Promise((ended) => server.process.on('close', ended));
};
