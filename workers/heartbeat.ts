import type { Client } from '@temporalio/client';
import type { Payload } from '@temporalio/common';

/** A step as `describe` shows it. */
interface Step {
  readonly heartbeatDetails?: { readonly payloads?: Payload[] | null } | null;
}

/** What a step under way last noted in its heartbeat; null where it noted nothing. */
export const heartbeatOf = async <T>(client: Client, step: Step | undefined): Promise<T | null> => {
  const { payloadConverter, payloadCodecs } = client.options.loadedDataConverter;
  let payloads = step?.heartbeatDetails?.payloads ?? [];
  for (const codec of [...payloadCodecs].reverse()) payloads = await codec.decode(payloads);
  const [first] = payloads;
  return first ? payloadConverter.fromPayload<T>(first) : null;
};
