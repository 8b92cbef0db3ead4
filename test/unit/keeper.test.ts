import { ServiceError } from '@temporalio/client';
import { keeper } from '../../workers/keeper.ts';

/** A connection whose server is lost. */
const lost = (): Parameters<typeof keeper>[0]['connection'] => {
  const workflowService = new Proxy({}, { get: () => () => Promise.reject(new ServiceError('14 UNAVAILABLE')) });
  return { workflowService, plugins: [] } as never;
};

const word = { programme: 'p1', holder: 'vm/1' };
const ask = { ...word, asks: [{ purpose: 'copy' as const, amounts: {} }] };

test.each<[string, (verbs: ReturnType<typeof keeper>) => Promise<unknown>]>([
  ['lease', ({ lease }) => lease(ask)],
  ['release', ({ release }) => release({ ...word, purposes: ['copy'] })],
  ['tell', ({ tell }) => tell({ batch: 'batch/p1/b1', report: { told: 'landed', hop: 1, member: 'vm/1' } as never })],
  ['look', ({ look }) => look(['vm/1'])],
  ['unserved', ({ unserved }) => unserved(['veeam@v'])],
])('%s on a lost server is asked again', async (_, act) => {
  const verbs = keeper({ connection: lost(), namespace: 'n', records: '/nowhere' });
  await expect(act(verbs)).rejects.toMatchObject({ type: 'Unreachable', nonRetryable: false });
});

/** A lease table that counts how often it is told something, and of what; each time takes a while. */
const slowTable = () => {
  const told: string[][] = [];
  let [under, most] = [0, 0];
  const updateWorkflowExecution = async ({
    request,
  }: {
    request: { input: { args: { payloads: { data: Uint8Array }[] } } };
  }) => {
    under += 1;
    most = Math.max(most, under);
    const [payload] = request.input.args.payloads;
    told.push(
      (JSON.parse(Buffer.from(payload?.data ?? []).toString()) as { holder: string }[]).map(({ holder }) => holder),
    );
    await new Promise((done) => setImmediate(done));
    under -= 1;
    throw new ServiceError('14 UNAVAILABLE');
  };
  const withDeadline = (_: number, run: () => Promise<unknown>): Promise<unknown> => run();
  const connection = { workflowService: { updateWorkflowExecution }, withDeadline, plugins: [] } as never;
  return { told, most: () => most, verbs: keeper({ connection, namespace: 'n', records: '/nowhere' }) };
};

test('who asks the lease table while others do goes with the next message, with all who came meanwhile', async () => {
  const { told, most, verbs } = slowTable();
  const holders = Array.from({ length: 30 }, (_, n) => `vm/${n}`);
  await Promise.allSettled(holders.map((holder) => verbs.lease({ ...ask, holder })));
  expect(told).toEqual([holders.slice(0, 1), holders.slice(1)]);
  expect(most()).toBe(1);
});

test('who gives back goes with those who ask, in the order they came', async () => {
  const { told, verbs } = slowTable();
  await Promise.allSettled([
    verbs.lease({ ...ask, holder: 'vm/1' }),
    verbs.release({ programme: 'p1', holder: 'vm/2', purposes: ['copy'] }),
    verbs.lease({ ...ask, holder: 'vm/3' }),
  ]);
  expect(told).toEqual([['vm/1'], ['vm/2', 'vm/3']]);
});

test('a queue that was polled a moment ago is not asked about again, one that was not is', async () => {
  const asked: string[] = [];
  const describeTaskQueue = async ({ taskQueue: { name } }: { taskQueue: { name: string } }) => {
    asked.push(name);
    return {
      pollers: name === 'lost@v' ? [] : [{ identity: '1@host', lastAccessTime: { seconds: Date.now() / 1_000 } }],
    };
  };
  const connection = { workflowService: { describeTaskQueue }, plugins: [] } as never;
  const { unserved } = keeper({ connection, namespace: 'n', records: '/nowhere' });
  for (let time = 0; time < 2; time += 1) expect(await unserved(['veeam@v', 'lost@v'])).toEqual(['lost@v']);
  expect(asked).toEqual(['veeam@v', 'lost@v', 'lost@v']);
});
