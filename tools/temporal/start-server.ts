import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, openSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '../../domain/search-attributes.ts';
import { findTemporalCli } from './find-server.ts';

/** A free TCP port on the loopback. */
export const freePort = (): Promise<number> =>
  new Promise((done, fail) => {
    const probe = createServer();
    probe.on('error', fail);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => (address && typeof address === 'object' ? done(address.port) : fail(new Error('no port'))));
    });
  });

export interface ServerPlace {
  /** Folder of the SQLite file and the log; the file outlives the process. */
  readonly folder: string;
  readonly port: number;
  /** 0 leaves the UI out. */
  readonly uiPort: number;
  readonly namespace: string;
}

export interface RunningServer extends ServerPlace {
  readonly address: string;
  readonly uiAddress: string | null;
  readonly process: ChildProcess;
}

/**
 * As it comes the dev server looks for work 20 times a second, rounds timers to a second, and reads the definitions of the search
 * attributes from its file about ten times for each change of one. Timers that it reads more often than it expects it hands to a second
 * reader, which may be fifteen seconds late.
 */
const QUICK = [
  'history.transferProcessorMaxPollRPS=100',
  'history.timerProcessorMaxPollRPS=100',
  'history.timerProcessorMaxTimeShift="50ms"',
  'history.timerQueueMaxReaderCount=1',
  'system.forceSearchAttributesCacheRefreshOnRead=false',
];

const reachable = async (address: string): Promise<boolean> => {
  try {
    const connection = await Connection.connect({ address, connectTimeout: 500 });
    await connection.close();
    return true;
  } catch {
    return false;
  }
};

/** Starts the dev server on its SQLite file and waits until it answers. The same place started again goes on where it was. */
export const startTemporal = async (
  place: ServerPlace,
  options: { detached?: boolean; say?: (line: string) => void } = {},
): Promise<RunningServer> => {
  const cli = await findTemporalCli(options.say);
  mkdirSync(place.folder, { recursive: true });
  const log = openSync(join(place.folder, 'temporal.log'), 'a');
  const args = [
    ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(place.port), '--namespace', place.namespace],
    ...['--db-filename', join(place.folder, 'temporal.db'), '--log-format', 'json', '--log-level', 'error'],
    ...['--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL'],
    ...QUICK.flatMap((value) => ['--dynamic-config-value', value]),
    ...SEARCH_ATTRIBUTES.flatMap(({ name, type }) => ['--search-attribute', `${name}=${type}`]),
    ...(place.uiPort > 0 ? ['--ui-port', String(place.uiPort)] : ['--headless']),
  ];
  const child = spawn(cli, args, { stdio: ['ignore', log, log], detached: options.detached ?? false });
  const address = `127.0.0.1:${place.port}`;
  const deadline = Date.now() + 30_000;
  while (!(await reachable(address))) {
    if (child.exitCode !== null)
      throw new Error(
        `The Temporal server ended with ${child.exitCode}; its log is ${join(place.folder, 'temporal.log')}.`,
      );
    if (Date.now() > deadline)
      throw new Error(
        `The Temporal server did not answer on ${address} within 30 s; its log is ${join(place.folder, 'temporal.log')}.`,
      );
    await new Promise((again) => setTimeout(again, 100));
  }
  return { ...place, address, uiAddress: place.uiPort > 0 ? `http://127.0.0.1:${place.uiPort}` : null, process: child };
};
