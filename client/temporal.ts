import { Client, type ClientOptions, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { isAlive } from '../tools/background/alive.ts';
import { readNotes } from '../tools/background/notes.ts';
import { homeFolder } from './home.ts';
import { wrongInput } from './wrong-input.ts';

export interface Reached {
  readonly client: Client;
  readonly connection: Connection;
  readonly namespace: string;
  readonly address: string;
  /** Asks a workflow under a deadline: a question to one that nobody holds would wait for ever. */
  readonly ask: <T>(question: () => Promise<T>, withinMs?: number) => Promise<T>;
  readonly close: () => Promise<void>;
}

const CONNECT_MS = 5_000;
const ANSWER_MS = 15_000;

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

const DEADLINE_EXCEEDED = 4;

/** Nobody holds the workflow: no worker polled lately, or none answered in time. */
const isUnanswered = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  const { code } = (error.cause ?? {}) as { code?: unknown };
  return (
    error.name === 'WorkflowUpdateRPCTimeoutOrCancelledError' ||
    code === DEADLINE_EXCEEDED ||
    /no poller seen/i.test(`${error.message} ${error.cause instanceof Error ? error.cause.message : ''}`)
  );
};

const unanswered = (withinMs: number): Error =>
  new Error(
    `No orchestrator answered within ${withinMs / 1_000} s. What was asked may still be taken when one comes back: look before you ask again.\n    Start one with \`tranship worker orchestrator\`.`,
  );

/** Connects. Throws in words when nothing answers within five seconds. */
export const reachTemporal = async (): Promise<Reached> => {
  const { connectionOptions, namespace, address } = temporalPlace();
  try {
    const connection = await Connection.connect({ ...connectionOptions, connectTimeout: CONNECT_MS });
    const client = new Client({
      connection,
      namespace,
      identity: `tranship cli ${process.pid}`,
    } satisfies ClientOptions);
    const ask: Reached['ask'] = (question, withinMs = ANSWER_MS) =>
      connection.withDeadline(Date.now() + withinMs, question).catch((error: unknown) => {
        throw isUnanswered(error) ? unanswered(withinMs) : error;
      });
    return { client, connection, namespace, address, ask, close: () => connection.close() };
  } catch (error) {
    throw new Error(
      `Temporal does not answer at ${address}: ${error instanceof Error ? error.message : String(error)}.\n    Start a trial server with \`tranship up\`, or set TEMPORAL_ADDRESS.`,
    );
  }
};
