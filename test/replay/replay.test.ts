import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  bundleWorkflowCode,
  DefaultLogger,
  Runtime,
  Worker,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';

const folder = resolve('test', 'histories');
const histories = readdirSync(folder).filter((name) => name.endsWith('.json'));

interface Frozen {
  readonly events: readonly { readonly workflowExecutionStartedEventAttributes?: { readonly workflowId: string } }[];
}

const historyOf = (name: string): Frozen => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Frozen;

/** Children are named after their parent, so a replay needs the id the run really had. */
const replay = (workflowBundle: WorkflowBundleWithSourceMap, name: string): Promise<void> => {
  const history = historyOf(name);
  return Worker.runReplayHistory(
    { workflowBundle },
    history,
    history.events[0]?.workflowExecutionStartedEventAttributes?.workflowId,
  );
};

const bundleOf = (path: string): Promise<WorkflowBundleWithSourceMap> =>
  bundleWorkflowCode({ workflowsPath: resolve(path), logger: new DefaultLogger('ERROR') });

let bundle: WorkflowBundleWithSourceMap;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  bundle = await bundleOf('workflows/index.ts');
});

test('there are frozen histories to replay', () => {
  expect(histories.length).toBeGreaterThan(0);
});

test.each(histories)('%s replays on the present workflows', async (name) => {
  await replay(bundle, name);
});

test('a reordered workflow is caught by a frozen history', async () => {
  const journey = histories.find((name) => name.startsWith('journey'));
  if (!journey) throw new Error('no frozen journey');
  const reordered = await bundleOf('test/replay/reordered.ts');
  await expect(replay(reordered, journey)).rejects.toThrow(/[Nn]ondeterminism/);
});
