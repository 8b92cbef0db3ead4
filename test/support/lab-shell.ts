import { readFileSync } from 'node:fs';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { Scenario } from '../../lab/estate/scenario.ts';
import { handle } from '../../lab/powershell/index.ts';
import { shellToken } from '../../lab/powershell/listener.ts';
import { serverIdentity } from '../../lab/tls/authority.ts';
import { type Bench, labBench } from './lab-bench.ts';

export interface ShellCall {
  readonly id?: string;
  readonly cmdlet: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly select?: readonly string[];
  readonly mayFail?: boolean;
}

export interface ShellResult {
  readonly id: string;
  readonly objects: readonly Readonly<Record<string, unknown>>[];
  readonly error: ShellError | null;
}

export interface ShellError {
  readonly message: string;
  readonly category: string;
  readonly fullyQualifiedErrorId: string;
}

interface Answer {
  readonly envelope?: { readonly ok: boolean; readonly error?: ShellError; readonly results: readonly ShellResult[] };
}

export interface ShellBench {
  readonly lab: Bench;
  /** Runs a list on the machine of an instance; the results in order. Throws what ended it. */
  run(instance: string, ...calls: readonly ShellCall[]): Promise<readonly ShellResult[]>;
  /** The objects of the only call. */
  one(instance: string, call: ShellCall): Promise<ShellResult['objects']>;
  /** The error of the only call. */
  refusal(instance: string, call: ShellCall): Promise<ShellError>;
  close(): Promise<void>;
}

/** A lab whose `powershell` listener is asked with the runner's payloads. */
export const shellBench = async (scenario: Scenario): Promise<ShellBench> => {
  const lab = labBench(scenario);
  const { key, cert, ca } = await serverIdentity(lab.dir);
  const server = createServer({ key, cert }, handle(lab.estate));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  const post = (instance: string, payload: unknown): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const headers = {
        authorization: `Bearer ${shellToken(lab.dir)}`,
        'x-instance': instance,
        'x-shell': 'one',
      };
      const call = request({ host: '127.0.0.1', port, method: 'POST', headers, ca: readFileSync(ca), agent: false });
      call.on('error', reject);
      call.on('response', (response) => json(response).then((body) => resolve(body as Answer), reject));
      call.end(JSON.stringify(payload));
    });

  const run: ShellBench['run'] = async (instance, ...calls) => {
    const list = calls.map((call, n) => ({ id: `c${n}`, parameters: {}, select: [], ...call }));
    const answer = await post(instance, { version: 1, nonce: 'c0ffee', calls: list, secrets: {}, scripts: {} });
    if (answer.envelope?.ok) return answer.envelope.results;
    throw new Error(JSON.stringify(answer.envelope?.error ?? answer));
  };
  return {
    lab,
    run,
    one: async (instance, call) => (await run(instance, call))[0]?.objects ?? [],
    refusal: async (instance, call) => {
      const [result] = await run(instance, { ...call, mayFail: true });
      if (result?.error) return result.error;
      throw new Error(`${call.cmdlet} did not fail`);
    },
    close: async () => {
      await new Promise((resolve) => server.close(resolve));
      lab.clear();
    },
  };
};
