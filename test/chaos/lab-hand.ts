import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { Agent } from 'undici';
import type { Fault } from '../../lab/estate/types.ts';
import type { Endpoints } from '../../lab/serve.ts';

export type LabEvent = Readonly<Record<string, unknown>> & { readonly seq: number; readonly kind: string };

/** A hand in the lab of a running trial: its faults and its event log. */
export interface LabHand {
  readonly arm: (fault: Fault) => Promise<void>;
  /** An admin's hand at a VM, past every product. */
  readonly power: (vm: string, to: 'on' | 'off') => Promise<void>;
  /** Events that came since the last call. */
  readonly news: () => readonly LabEvent[];
  readonly close: () => Promise<void>;
}

/** Reads a growing file of lines; what is not yet a whole line is left for the next time. */
const follow = (path: string): (() => readonly string[]) => {
  let read = 0;
  return () => {
    const file = openSync(path, 'r');
    try {
      const rest = Buffer.alloc(Math.max(0, fstatSync(file).size - read));
      const got = rest.subarray(0, readSync(file, rest, 0, rest.length, read));
      const whole = got.subarray(0, got.lastIndexOf(0x0a) + 1);
      read += whole.length;
      return whole
        .toString('utf8')
        .split('\n')
        .filter((line) => line !== '');
    } finally {
      closeSync(file);
    }
  };
};

/** `state` is the lab's state directory. */
export const labHand = (state: string): LabHand => {
  const { control, ca } = JSON.parse(readFileSync(join(state, 'endpoints.json'), 'utf8')) as Endpoints;
  const token = readFileSync(join(state, 'control.token'), 'utf8').trim();
  const agent = new Agent({ connect: { ca: readFileSync(ca, 'utf8') } });
  const lines = follow(join(state, 'events.jsonl'));
  const post = async (path: string, body: unknown): Promise<void> => {
    const answer = await agent.request({
      origin: new URL(control).origin,
      path,
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`the lab refused ${path}: ${answer.statusCode} ${text}`);
  };
  return {
    arm: (fault) => post('/faults', fault),
    power: (vm, to) => post(`/vms/${vm}/power`, { to }),
    news: () => lines().map((line) => JSON.parse(line) as LabEvent),
    close: () => agent.close(),
  };
};
