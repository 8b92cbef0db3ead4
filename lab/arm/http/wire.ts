import type { IncomingMessage, ServerResponse } from 'node:http';

const LIMIT = 4 * 1024 * 1024;

export const readText = async (req: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of req) {
    const bytes = part as Buffer;
    size += bytes.byteLength;
    if (size > LIMIT) throw new Error('the request is larger than 4 MiB');
    parts.push(bytes);
  }
  return Buffer.concat(parts).toString('utf8');
};

/** Answers JSON; `undefined` sends no body at all, as 202 and 204 answers do. */
export const send = (
  res: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void => {
  const text = body === undefined ? '' : JSON.stringify(body);
  res.writeHead(status, {
    'cache-control': 'no-cache',
    pragma: 'no-cache',
    expires: '-1',
    'x-content-type-options': 'nosniff',
    'strict-transport-security': 'max-age=31536000; includeSubDomains',
    ...(body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }),
    'content-length': String(Buffer.byteLength(text)),
    ...headers,
  });
  res.end(text);
};
