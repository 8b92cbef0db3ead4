import { Client, type ClientOptions, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { isAlive } from '../tools/background/alive.ts';
import { isListening } from '../tools/background/listening.ts';
import { readNotes } from '../tools/background/notes.ts';
import { type Ask, askThrough } from './asking.ts';
import { homeFolder } from './home.ts';
import { wrongInput } from './wrong-input.ts';

export interface Reached {
  readonly client: Client;
  readonly connection: Connection;
  readonly namespace: string;
  readonly address: string;
  readonly ask: Ask;
  readonly close: () => Promise<void>;
}

const CONNECT_MS = 5_000;

const DEFAULT_ADDRESS = '127.0.0.1:7233';

/** Address of the server that `tranship up` left running, if one was. */
const notedAddress = (): string | undefined =>
  readNotes(homeFolder()).find((noted) => noted.address !== undefined && isAlive(noted))?.address;

const loaded = (): ReturnType<typeof loadClientConnectConfig> => {
  try {
    return loadClientConnectConfig();
  } catch (error) {
    const file = process.env.TEMPORAL_CONFIG_FILE ?? 'temporal.toml';
    const { line, column } = error as { line?: number; column?: number };
    const place = line === undefined ? file : `${file}:${line}:${column ?? 1}`;
    const [first] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw wrongInput(
      `${place}  ${first}`,
      'Correct the profile file, or set TEMPORAL_ADDRESS, TEMPORAL_PROFILE and TEMPORAL_CONFIG_FILE to what is there.',
    );
  }
};

const HOST_AND_PORT = /^[^\s/]+:\d{1,5}$/;

/** Where Temporal is, as the standard `temporal.toml` profile or `TEMPORAL_*` environment says; else where `tranship up` left it. */
export const temporalPlace = () => {
  const { connectionOptions, namespace } = loaded();
  const address = connectionOptions.address ?? notedAddress() ?? DEFAULT_ADDRESS;
  if (!HOST_AND_PORT.test(String(address)))
    throw wrongInput(
      `TEMPORAL_ADDRESS  ${JSON.stringify(address)} is no address`,
      'Write it as host:port, such as 127.0.0.1:7233.',
    );
  return { connectionOptions: { ...connectionOptions, address }, namespace: namespace ?? 'default', address };
};

/** On this machine a server that is not there is known at once; elsewhere a name server or a proxy may have its say. */
const refuseAbsent = async (address: string): Promise<void> => {
  const [, host = '', port = ''] = /^(127\.\d+\.\d+\.\d+|localhost):(\d+)$/.exec(address) ?? [];
  if (port !== '' && !(await isListening(host, Number(port)))) throw new Error('nothing listens there');
};

/** Connects. Throws in words when nothing answers within five seconds. */
export const reachTemporal = async (): Promise<Reached> => {
  const { connectionOptions, namespace, address } = temporalPlace();
  try {
    await refuseAbsent(String(address));
    const connection = await Connection.connect({ ...connectionOptions, connectTimeout: CONNECT_MS });
    const client = new Client({
      connection,
      namespace,
      identity: `tranship cli ${process.pid}`,
    } satisfies ClientOptions);
    return {
      client,
      connection,
      namespace,
      address,
      ask: askThrough(connection, namespace),
      close: () => connection.close(),
    };
  } catch (error) {
    throw new Error(
      `Temporal does not answer at ${address}: ${error instanceof Error ? error.message : String(error)}.\n    Start a trial server with \`tranship up\`, or set TEMPORAL_ADDRESS.`,
    );
  }
};
