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

const historyOf = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as unknown;

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
  await Worker.runReplayHistory({ workflowBundle: bundle }, historyOf(name), `vm/${name}`);
});

test('a reordered workflow is caught by a frozen history', async () => {
  const journey = histories.find((name) => name.startsWith('journey'));
  if (!journey) throw new Error('no frozen journey');
  const reordered = await bundleOf('test/replay/reordered.ts');
  await expect(
    Worker.runReplayHistory({ workflowBundle: reordered }, historyOf(journey), 'vm/reordered'),
  ).rejects.toThrow(/[Nn]ondeterminism/);
});
