import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';

export interface Reached {
  readonly client: Client;
  readonly namespace: string;
  readonly address: string;
  readonly close: () => Promise<void>;
}

/** Connects as the standard `temporal.toml` profile or `TEMPORAL_*` environment says. */
export const reachTemporal = async (): Promise<Reached> => {
  const config = loadClientConnectConfig();
  const options = config.connectionOptions;
  const namespace = config.namespace ?? 'default';
  const address = options.address ?? '127.0.0.1:7233';
  try {
    const connection = await Connection.connect({ ...options, connectTimeout: 5_000 });
    return { client: new Client({ connection, namespace }), namespace, address, close: () => connection.close() };
  } catch (error) {
    throw new Error(
      `Temporal does not answer at ${address}: ${error instanceof Error ? error.message : String(error)}. Start it with \`tranship up\`, or set TEMPORAL_ADDRESS.`,
    );
  }
};
