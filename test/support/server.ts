import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, makeTelemetryFilterString, NativeConnection, Runtime } from '@temporalio/worker';
import { freePort, type RunningServer, startTemporal } from '../../tools/temporal/start-server.ts';

export interface TestServer {
  readonly server: RunningServer;
  readonly client: Client;
  readonly connection: NativeConnection;
  /** Ends the server as a power cut would, and starts it again on its file afterwards. */
  readonly restart: (meanwhile: () => Promise<void>) => Promise<void>;
  readonly stop: () => Promise<void>;
}

let quiet = false;

/** A real Temporal server of its own for one test file. */
export const testServer = async (): Promise<TestServer> => {
  const level = (process.env.TEST_LOG as 'ERROR') ?? 'ERROR';
  if (!quiet)
    Runtime.install({
      logger: new DefaultLogger(level),
      telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: level, other: level }) } },
    });
  quiet = true;
  const folder = mkdtempSync(join(tmpdir(), 'tranship-temporal-'));
  let server = await startTemporal({ folder, port: await freePort(), uiPort: 0, namespace: 'test' });
  const connection = await NativeConnection.connect({ address: server.address });
  const clientConnection = await Connection.connect({ address: server.address });
  const client = new Client({ connection: clientConnection, namespace: 'test' });
  return {
    get server() {
      return server;
    },
    client,
    connection,
    restart: async (meanwhile) => {
      server.process.kill('SIGKILL');
      await meanwhile();
      server = await startTemporal(server);
    },
    stop: async () => {
      await clientConnection.close();
      await connection.close();
      server.process.kill('SIGKILL');
    },
  };
};

/** Waits until this instant, in ms, is over by the clock. */
export const passed = async (instant: number): Promise<void> => {
  while (Date.now() < instant) await new Promise((done) => setTimeout(done, instant - Date.now()));
};

/** Waits until a question is answered with something other than undefined or false. */
export const eventually = async <T>(
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  what: string,
  withinMs = 30_000,
): Promise<T> => {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer as T;
    if (Date.now() > deadline) throw new Error(`never came: ${what}`);
    await new Promise((again) => setImmediate(again));
  }
};
