import { randomUUID } from 'node:crypto';
import type { Scenario } from '../../lab/estate/scenario.ts';
import { handle } from '../../lab/prism/index.ts';
import { oneVm } from '../../lab/scenarios/one.ts';
import { type Bench, labBench } from '../support/lab-bench.ts';
import { httpBench, inside, type Reply } from '../support/lab-http.ts';

export const vmsPath = '/api/vmm/v4.0/ahv/config/vms';

export interface PrismBench {
  readonly lab: Bench;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Reply>;
  /** A mutating call with the VM's current ETag and a request id, unless the headers say otherwise; null leaves one out. */
  act(
    method: string,
    path: string,
    options?: { etag?: string | null; requestId?: string | null; body?: unknown },
  ): Promise<Reply>;
  /** A power action on the one VM, and the reply. */
  power(action: string, options?: { etag?: string | null; requestId?: string | null }): Promise<Reply>;
  /** The task of a reply as it is now. */
  task(reply: Reply): Promise<unknown>;
  /** Lets enough time pass for any task to end and shows it. */
  ended(reply: Reply): Promise<unknown>;
  close(): Promise<void>;
}

export const prismScenario = (nicSchema: 'v4.0' | 'newer' = 'v4.0', power: 'on' | 'off' = 'on'): Scenario => {
  const scenario = oneVm({ speed: 1, power });
  return { ...scenario, prism: { ...scenario.prism, nicSchema } };
};

export const prismBench = async (scenario: Scenario = prismScenario()): Promise<PrismBench> => {
  const lab = labBench(scenario);
  const http = await httpBench(handle(lab.estate));
  const { user, password } = scenario.prism;
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const vmPath = `${vmsPath}/${lab.vm().id}`;

  const bench: PrismBench = {
    lab,
    get: (path, headers = {}) => http.send('GET', path, { authorization, ...headers }),
    act: async (method, path, { etag, requestId, body } = {}) => {
      const current = etag === undefined ? (await bench.get(vmPath)).headers.get('etag') : etag;
      const id = requestId === undefined ? randomUUID() : requestId;
      const headers = {
        authorization,
        ...(current !== null && { 'If-Match': current }),
        ...(id !== null && { 'NTNX-Request-Id': id }),
      };
      return http.send(method, path, headers, body === undefined ? undefined : JSON.stringify(body));
    },
    power: (action, options) => bench.act('POST', `${vmPath}/$actions/${action}`, options),
    task: async (reply) => {
      const id = encodeURIComponent(String(inside(reply.body, 'data.extId')));
      return inside((await bench.get(`/api/prism/v4.0/config/tasks/${id}`)).body, 'data');
    },
    ended: async (reply) => {
      for (let n = 0; n < 10; n += 1) lab.pass(1_000);
      return bench.task(reply);
    },
    close: async () => {
      await http.close();
      lab.clear();
    },
  };
  return bench;
};

/** Group and code of an error body. */
export const errorOf = ({ body }: Reply): unknown => inside(body, 'data.error.0.errorGroup');
