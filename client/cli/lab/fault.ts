import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { wrongInput } from '../../wrong-input.ts';
import { marked, say, sayJson, table } from '../print.ts';
import { labPlace, refuseNoLab } from './place.ts';

export interface FaultOptions {
  readonly on?: string;
  readonly vm?: string;
  readonly times: number;
  readonly detail?: string;
  readonly json?: boolean;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Asks the lab's control listener under the lab's own CA. */
const control = async (method: 'GET' | 'POST', path: string, body?: unknown): Promise<Answer> => {
  const place = labPlace();
  refuseNoLab(place);
  const endpoints = JSON.parse(readFileSync(join(place.state, 'endpoints.json'), 'utf8')) as {
    control: string;
    ca: string;
  };
  const token = readFileSync(join(place.state, 'control.token'), 'utf8').trim();
  return new Promise((done, fail) => {
    const ask = request(
      new URL(path, endpoints.control),
      {
        method,
        ca: readFileSync(endpoints.ca),
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () =>
          done({ status: response.statusCode ?? 0, body: text === '' ? null : JSON.parse(text) }),
        );
      },
    );
    ask.on('error', (error) =>
      fail(new Error(`The lab does not answer (${error.message}).\n    Start it with \`tranship lab up\`.`)),
    );
    ask.end(body === undefined ? undefined : JSON.stringify(body));
  });
};

interface Armed {
  readonly fault: { readonly id: string; readonly kind: string; readonly point: string; readonly subject?: string };
  readonly left: number;
  readonly fired: readonly unknown[];
}

const listFaults = async (json: boolean | undefined): Promise<void> => {
  const faults = (await control('GET', '/faults')).body as readonly Armed[];
  if (json) return sayJson(faults);
  if (faults.length === 0) return say('No fault is armed.');
  say(
    table(
      ['KIND', 'ON', 'VM', 'LEFT', 'FIRED'],
      faults.map(({ fault, left, fired }) => [
        fault.kind,
        fault.point,
        fault.subject ?? 'any',
        String(left),
        String(fired.length),
      ]),
    ),
  );
};

const detailIn = (text: string | undefined): unknown => {
  try {
    const read: unknown = JSON.parse(text ?? '{}');
    if (typeof read === 'object' && read !== null && !Array.isArray(read)) return read;
  } catch {
    // Told below, as any other text that will not do.
  }
  throw wrongInput(`--detail  ${text} is no JSON object`, `Write it as '{"afterMs": 5000}'.`);
};

/** Arms a fault, or shows those that are armed and have fired. */
export const labFault = async (kind: string | undefined, options: FaultOptions): Promise<void> => {
  if (kind === undefined) return listFaults(options.json);
  if (options.on === undefined)
    throw wrongInput(
      `--on  it is not said where ${kind} strikes`,
      'Name a point: <product>.<verb>, such as veeam.start-run; lab/README.md lists them.',
    );
  const fault = {
    id: `cli-${randomUUID().slice(0, 8)}`,
    kind,
    point: options.on,
    times: options.times,
    detail: detailIn(options.detail),
    ...(options.vm === undefined ? {} : { subject: options.vm }),
  };
  const { status, body } = await control('POST', '/faults', fault);
  if (status !== 201)
    throw wrongInput(
      `lab fault  ${(body as { message?: string } | null)?.message ?? `the lab answered ${status}`}`,
      'See the list of faults in lab/README.md.',
    );
  if (options.json) return sayJson(body);
  say(
    marked(
      '✓',
      `${kind} strikes ${options.vm ?? 'any VM'} at ${options.on}, ${options.times} times. \`tranship lab fault\` shows what fired.`,
    ),
  );
};
