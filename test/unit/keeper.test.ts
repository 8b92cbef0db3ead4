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

test('no more ask the lease table at once than the server takes', async () => {
  let [under, most] = [0, 0];
  const updateWorkflowExecution = async (): Promise<never> => {
    under += 1;
    most = Math.max(most, under);
    await new Promise((done) => setImmediate(done));
    under -= 1;
    throw new ServiceError('14 UNAVAILABLE');
  };
  const connection = { workflowService: { updateWorkflowExecution }, plugins: [] } as never;
  const { lease } = keeper({ connection, namespace: 'n', records: '/nowhere' });
  await Promise.allSettled(Array.from({ length: 30 }, (_, n) => lease({ ...ask, holder: `vm/${n}` })));
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(10);
});
