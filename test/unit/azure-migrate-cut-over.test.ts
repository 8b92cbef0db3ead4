import { TOKEN_TAG } from '../../activities/arm/tags.ts';
import { readToken } from '../../domain/token.ts';
import { accepted, failing, lost } from './azure-fake.ts';
import {
  ARC_MACHINE,
  cutOverOrder,
  FAILED_OVER,
  failoverJob,
  ITEM,
  itemIn,
  itemOrder,
  jobId,
  landVm,
  moverOver,
  operationOrder,
  project,
  READY,
  VM_INSTANCE,
} from './azure-project.ts';

const FAILOVER = /plannedFailover$/;
const REFUSAL = {
  tasks: [],
  errors: [
    { code: '1001012', type: 'AsrErrorCode', message: 'not allowed in this state', causes: null, recommendation: null },
  ],
};

const ready = () => {
  const azure = project();
  azure.put(ITEM, READY);
  return azure;
};

test('a planned failover is sent once, with the source shut down, and then waited for', async () => {
  const azure = ready();
  azure.script(({ method }, path) => {
    if (method !== 'POST' || !FAILOVER.test(path)) return undefined;
    azure.put(ITEM, itemIn('PlannedFailoverInitiated'));
    azure.put(jobId('j1'), failoverJob('Started', 'Prerequisite check'));
    return accepted('j1');
  });
  const mover = moverOver(azure);
  expect(await failing(mover.cutOver(cutOverOrder()))).toMatchObject({
    type: 'NotFinished',
    message: expect.stringContaining('j1'),
  });
  azure.put(jobId('j1'), failoverJob('Started', 'Starting failover'));
  expect(await failing(mover.cutOver(cutOverOrder()))).toMatchObject({
    type: 'NotFinished',
    message: 'Starting failover (task 3 of 5)',
  });
  expect(azure.count('POST', FAILOVER)).toBe(1);
  const post = azure.sent.find(({ url }) => url.includes('/plannedFailover'));
  expect(post?.body).toEqual({
    properties: { customProperties: { instanceType: 'HyperVToAzStackHCI', shutdownSourceVM: true } },
  });
});

test('a failover that is done answers with the Arc machine, marked as ours', async () => {
  const azure = project();
  azure.put(ITEM, FAILED_OVER);
  azure.put(jobId('j1'), failoverJob('Succeeded', ''));
  landVm(azure);
  const done = await moverOver(azure).cutOver(cutOverOrder());
  expect(done).toEqual({
    successor: { id: ARC_MACHINE, name: 'web-01' },
    operation: 'j1',
    state: 'running',
    mounted: false,
  });
  const { tags } = azure.get(ARC_MACHINE) as { tags: Record<string, string> };
  expect(readToken(tags[TOKEN_TAG])).toMatchObject({ vm: 'journey-1' });
  expect(tags.owner).toBe('shop');
  expect(azure.count('POST', FAILOVER)).toBe(0);
});

test('a job that succeeded is not enough while the item does not say so', async () => {
  const azure = ready();
  azure.put(jobId('j1'), failoverJob('Succeeded', ''));
  landVm(azure);
  expect(await failing(moverOver(azure).cutOver(cutOverOrder()))).toMatchObject({ type: 'NotFinished' });
  expect(azure.count('POST', FAILOVER)).toBe(0);
});

test('an accepted failover that Azure does not list yet is not sent again', async () => {
  const azure = ready();
  azure.script(({ method }, path) => (method === 'POST' && FAILOVER.test(path) ? accepted('j1') : undefined));
  const mover = moverOver(azure);
  await failing(mover.cutOver(cutOverOrder()));
  expect(await failing(mover.cutOver(cutOverOrder()))).toMatchObject({
    type: 'NotFinished',
    message: expect.stringContaining('j1'),
  });
  expect(azure.count('POST', FAILOVER)).toBe(1);
});

test('a failover that this process saw fail is not sent again by a poll of a new order', async () => {
  const azure = ready();
  azure.put(jobId('j1'), failoverJob('Started', 'Prerequisite check'));
  const mover = moverOver(azure, () => 1);
  await failing(mover.cutOver(cutOverOrder()));
  azure.put(jobId('j1'), failoverJob('Failed', 'Prerequisite check'));
  expect(await failing(mover.cutOver(cutOverOrder()))).toMatchObject({ type: 'Vendor' });
  expect(azure.count('POST', FAILOVER)).toBe(0);
});

test('a finished item is not enough while its VM is not there', async () => {
  const azure = project();
  azure.put(ITEM, FAILED_OVER);
  azure.put(ARC_MACHINE, { kind: 'HCI' });
  expect(await failing(moverOver(azure).cutOver(cutOverOrder()))).toMatchObject({ type: 'NotFinished' });
});

test('a POST whose answer is lost after its effect is never sent again', async () => {
  const azure = ready();
  azure.script(({ method }, path) => {
    if (method !== 'POST' || !FAILOVER.test(path)) return undefined;
    azure.put(jobId('j1'), failoverJob('Started', 'Prerequisite check'));
    return lost();
  });
  expect(await failing(moverOver(azure, () => 1).cutOver(cutOverOrder()))).toMatchObject({ type: 'Unreachable' });
  expect(await failing(moverOver(azure, () => 2).cutOver(cutOverOrder()))).toMatchObject({ type: 'NotFinished' });
  expect(azure.count('POST', FAILOVER)).toBe(1);
});

test('a POST that never arrived is sent after a new look', async () => {
  const azure = ready();
  let calls = 0;
  azure.script(({ method }, path) => {
    if (method !== 'POST' || !FAILOVER.test(path)) return undefined;
    calls += 1;
    return calls === 1 ? { status: 503 } : accepted('j1');
  });
  await failing(moverOver(azure, () => 1).cutOver(cutOverOrder()));
  const before = azure.sent.length;
  expect(await failing(moverOver(azure, () => 2).cutOver(cutOverOrder()))).toMatchObject({ type: 'NotFinished' });
  expect(azure.sent[before]?.method).toBe('GET');
  expect(calls).toBe(2);
});

test('a failover somebody else has started is adopted', async () => {
  const azure = project();
  azure.put(
    ITEM,
    itemIn('PlannedFailoverInitiated', {
      currentJob: { displayName: 'Planned failover', name: 'theirs', state: 'Started' },
    }),
  );
  azure.put(jobId('theirs'), failoverJob('Started', 'Turning off resource on primary'));
  expect(await failing(moverOver(azure).cutOver(cutOverOrder()))).toMatchObject({
    type: 'NotFinished',
    message: expect.stringContaining('Turning off'),
  });
  expect(azure.count('POST', FAILOVER)).toBe(0);
});

test('while a failover runs, a poll asks for its job alone', async () => {
  const azure = project();
  azure.put(
    ITEM,
    itemIn('PlannedFailoverInitiated', {
      currentJob: { displayName: 'Planned failover', name: 'j1', state: 'Started' },
    }),
  );
  azure.put(jobId('j1'), failoverJob('Started', 'Turning off resource on primary'));
  const mover = moverOver(azure);
  await failing(mover.cutOver(cutOverOrder()));
  const before = azure.sent.length;
  expect(await failing(mover.cutOver(cutOverOrder()))).toMatchObject({ type: 'NotFinished' });
  expect(azure.sent.slice(before).map(({ url }) => new URL(url).pathname)).toEqual([jobId('j1')]);
});

test('a failover accepted with 202 and refused in its job ends the verb with the vendor’s words', async () => {
  const azure = ready();
  azure.put(jobId('j1'), failoverJob('Failed', '', REFUSAL));
  const { type, message, told } = await failing(moverOver(azure, () => 2).cutOver(cutOverOrder()));
  expect(type).toBe('Refused');
  expect(message).toContain('not allowed in this state');
  expect(told.facts).toMatchObject({ job: 'j1', boundary: 'before', code: '1001012' });
  expect(azure.count('POST', FAILOVER)).toBe(0);
});

test.each([
  ['Prerequisite check', 'before'],
  ['Turning off resource on primary', 'before'],
  ['Starting failover', 'before'],
  ['Preparing protected entities', 'after'],
  ['Turning on resource on recovery', 'after'],
])('a failover that broke in "%s" stopped %s the boundary', async (task, boundary) => {
  const azure = project();
  azure.put(ITEM, itemIn('PlannedFailoverFailed', { allowedJobs: ['Restart'] }));
  azure.put(jobId('j1'), failoverJob('Failed', task));
  const { type, told } = await failing(moverOver(azure, () => 2).cutOver(cutOverOrder()));
  expect(type).toBe(task === 'Turning off resource on primary' ? 'GuestRefused' : 'Vendor');
  expect(told.facts).toMatchObject({ boundary, task, job: 'j1' });
  expect(await moverOver(azure).settle(operationOrder('settle'))).toMatchObject({
    state: 'failed',
    boundary,
    operation: 'j1',
  });
});

test('a failed job in a list without tasks is read in full', async () => {
  const azure = project();
  azure.put(ITEM, itemIn('PlannedFailoverFailed', { allowedJobs: ['Restart'] }));
  const full = failoverJob('Failed', 'Starting failover');
  azure.put(jobId('j1'), full);
  azure.script(({ method }, path) =>
    method === 'GET' && path.endsWith('/jobs')
      ? {
          body: {
            value: [
              {
                id: jobId('j1'),
                name: 'j1',
                properties: { ...(full as { properties: object }).properties, tasks: null, errors: null },
              },
            ],
          },
        }
      : undefined,
  );
  expect(await moverOver(azure).settle(operationOrder('settle'))).toMatchObject({
    state: 'failed',
    boundary: 'before',
  });
});

test('a failed failover is tried again when a person asks, not by a poll', async () => {
  const azure = project();
  azure.put(ITEM, itemIn('PlannedFailoverFailed', { allowedJobs: ['Restart'] }));
  azure.put(jobId('j1'), failoverJob('Failed', 'Starting failover'));
  expect(await failing(moverOver(azure, () => 2).cutOver(cutOverOrder()))).toMatchObject({ type: 'Vendor' });
  expect(azure.count('POST', FAILOVER)).toBe(0);
  expect(await failing(moverOver(azure, () => 1).cutOver(cutOverOrder()))).toMatchObject({ type: 'NotFinished' });
  expect(azure.count('POST', FAILOVER)).toBe(1);
});

test('a half-made VM must be repaired before the failover is tried again', async () => {
  const azure = project();
  azure.put(ITEM, itemIn('PlannedFailoverFailed', { allowedJobs: ['Restart'] }));
  azure.put(jobId('j1'), failoverJob('Failed', 'Turning on resource on recovery'));
  landVm(azure, 'Stopped');
  expect(await failing(moverOver(azure).cutOver(cutOverOrder()))).toMatchObject({ type: 'Unsafe' });
  const repair = async () => moverOver(azure).repair(operationOrder('repair'));
  expect(await failing(repair())).toMatchObject({ type: 'NotFinished' });
  expect(await failing(repair())).toMatchObject({ type: 'NotFinished' });
  expect(await repair()).toMatchObject({ state: 'failed', boundary: 'before', successor: null });
  expect(azure.get(VM_INSTANCE)).toBeUndefined();
  expect(azure.get(ARC_MACHINE)).toBeUndefined();
  expect(azure.count('DELETE', /virtualHardDisks|networkInterfaces/)).toBe(0);
  expect(await failing(moverOver(azure).cutOver(cutOverOrder()))).toMatchObject({ type: 'NotFinished' });
  expect(azure.count('POST', FAILOVER)).toBe(1);
});

test('repair does not remove a VM that runs', async () => {
  const azure = project();
  azure.put(ITEM, itemIn('PlannedFailoverFailed', { allowedJobs: ['Restart'] }));
  azure.put(jobId('j1'), failoverJob('Failed', 'Turning on resource on recovery'));
  landVm(azure, 'Running');
  expect(await failing(moverOver(azure).repair(operationOrder('repair')))).toMatchObject({ type: 'Unsafe' });
  expect(azure.count('DELETE', /./)).toBe(0);
});

test('repair removes nothing where a failover stopped before the boundary', async () => {
  const azure = project();
  azure.put(ITEM, itemIn('PlannedFailoverFailed', { allowedJobs: ['Restart'] }));
  azure.put(jobId('j1'), failoverJob('Failed', 'Starting failover'));
  landVm(azure, 'Stopped');
  expect(await moverOver(azure).repair(operationOrder('repair'))).toMatchObject({
    state: 'failed',
    boundary: 'before',
  });
  expect(azure.count('DELETE', /./)).toBe(0);
});

test('with Arc reuse a failed failover is neither tried again nor repaired', async () => {
  const azure = project();
  azure.put(ITEM, itemIn('PlannedFailoverFailed', { allowedJobs: ['Restart'] }, { migrateAsArcVM: true }));
  azure.put(jobId('j1'), failoverJob('Failed', 'Turning on resource on recovery'));
  landVm(azure, 'Stopped');
  expect(await failing(moverOver(azure).cutOver(cutOverOrder()))).toMatchObject({ type: 'Refused' });
  expect(await failing(moverOver(azure).repair(operationOrder('repair')))).toMatchObject({ type: 'Refused' });
  expect(azure.count('POST', FAILOVER) + azure.count('DELETE', /./)).toBe(0);
});

test('a refused second failover does not hide where the first one stopped', async () => {
  const azure = project();
  azure.put(ITEM, itemIn('PlannedFailoverFailed', { allowedJobs: ['Restart'] }));
  azure.put(jobId('first'), failoverJob('Failed', 'Preparing protected entities'));
  azure.put(jobId('second'), failoverJob('Failed', '', { ...REFUSAL, startTime: '2026-03-01T11:55:00Z' }));
  expect(await moverOver(azure).settle(operationOrder('settle'))).toMatchObject({
    boundary: 'after',
    operation: 'first',
  });
});

test('a failover of an item that was made anew since is not taken for one of this item', async () => {
  const azure = ready();
  azure.put(jobId('old'), failoverJob('Succeeded', ''));
  azure.put(jobId('enable'), {
    properties: {
      displayName: 'Create or update protected item',
      state: 'Succeeded',
      startTime: '2026-03-01T11:58:00Z',
      objectId: ITEM,
      objectName: null,
    },
  });
  expect(await moverOver(azure).settle(operationOrder('settle'))).toMatchObject({ state: 'none' });
  expect(await failing(moverOver(azure).cutOver(cutOverOrder()))).toMatchObject({ type: 'NotFinished' });
  expect(azure.count('POST', FAILOVER)).toBe(1);
});

test.each([
  ['false', 'NotFinished', 1],
  [false, 'NotFinished', 1],
  ['true', 'Refused', 0],
  [true, 'Refused', 0],
])('resyncRequired %p lets a failover end as %s', async (resyncRequired, type, posts) => {
  const azure = project();
  azure.put(ITEM, itemIn('Protected', { allowedJobs: ['PlannedFailover'], resyncRequired }));
  expect(await failing(moverOver(azure).cutOver(cutOverOrder()))).toMatchObject({ type });
  expect(azure.count('POST', FAILOVER)).toBe(posts);
});

test.each([
  [
    'an appliance is silent',
    (azure: ReturnType<typeof ready>) =>
      azure.script((_, path) =>
        path.endsWith('tgt1234/fabricAgents')
          ? { body: { value: [{ name: 'a', properties: { machineName: 'tgt', isResponsive: 'false' } }] } }
          : undefined,
      ),
  ],
  [
    'the bridge is down',
    (azure: ReturnType<typeof ready>) =>
      azure.script((_, path) =>
        path.includes('ResourceGraph')
          ? {
              body: {
                data: [
                  {
                    CustomLocation:
                      '/subscriptions/s1/resourceGroups/edge/providers/Microsoft.ExtendedLocation/customLocations/edge-cl-location',
                    statusOfTheBridge: 'Offline',
                  },
                ],
              },
            }
          : undefined,
      ),
  ],
])('no failover is sent while %s', async (_, breakIt) => {
  const azure = ready();
  breakIt(azure);
  expect(await failing(moverOver(azure).cutOver(cutOverOrder()))).toMatchObject({ type: 'NotFinished' });
  expect(azure.count('POST', FAILOVER)).toBe(0);
});

test('a stranger’s machine of the same name stops the failover before it begins', async () => {
  const azure = ready();
  azure.put(ARC_MACHINE, { kind: 'HCI' });
  expect(await failing(moverOver(azure).cutOver(cutOverOrder()))).toMatchObject({ type: 'Conflict' });
  expect(azure.count('POST', FAILOVER)).toBe(0);
});

test('an item that is gone is missing for cut over', async () => {
  expect(await failing(moverOver(project()).cutOver(cutOverOrder()))).toMatchObject({ type: 'Missing' });
});

test('settle names the half-made VM and marks it, so that it can be removed', async () => {
  const azure = project();
  azure.put(ITEM, itemIn('PlannedFailoverFailed', { allowedJobs: ['Restart'] }));
  azure.put(jobId('j1'), failoverJob('Failed', 'Preparing protected entities'));
  landVm(azure, 'Stopped');
  expect(await moverOver(azure).settle(operationOrder('settle'))).toMatchObject({
    state: 'failed',
    boundary: 'after',
    successor: { id: ARC_MACHINE },
  });
  expect(azure.get(ARC_MACHINE)).toMatchObject({ tags: { [TOKEN_TAG]: expect.stringContaining('journey-1') } });
});

test('settle waits for a running failover and starts none', async () => {
  const azure = project();
  azure.put(ITEM, itemIn('PlannedFailoverInitiated'));
  azure.put(jobId('j1'), failoverJob('Started', 'Starting failover'));
  expect(await failing(moverOver(azure).settle(operationOrder('settle')))).toMatchObject({ type: 'NotFinished' });
  azure.put(ITEM, FAILED_OVER);
  azure.put(jobId('j1'), failoverJob('Succeeded', ''));
  landVm(azure);
  expect(await moverOver(azure).settle(operationOrder('settle'))).toMatchObject({
    state: 'done',
    operation: 'j1',
    successor: { id: ARC_MACHINE },
  });
  expect(azure.count('POST', FAILOVER)).toBe(0);
});

test('there is nothing to mark before a failover', async () => {
  const azure = ready();
  expect(await moverOver(azure).markFinal(itemOrder('markFinal'))).toEqual({ newestRun: null });
  expect(azure.sent).toEqual([]);
});
