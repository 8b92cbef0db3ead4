import { retryAfterMs } from '../../activities/arm/failures.ts';
import { jobNameOf, sameId } from '../../activities/arm/ids.ts';
import { flagAt, numberAt } from '../../activities/arm/reading.ts';
import { claim, TOKEN_TAG } from '../../activities/arm/tags.ts';
import { tokenOf } from '../../domain/token.ts';
import { ENDPOINT, failing, fakeArm } from './azure-fake.ts';

const ID = '/subscriptions/s/resourceGroups/g/providers/Microsoft.HybridCompute/machines/web-01';

test('ids that differ only in case name the same resource', () => {
  expect(sameId('/Subscriptions/S/CUSTOMLOCATIONS/X', 'subscriptions/s/customLocations/x/')).toBe(true);
  expect(sameId('/subscriptions/s', null)).toBe(false);
});

test.each([
  [
    `${ENDPOINT}/providers/X/locations/North%20Europe/operationResults/4a11-c03d_77aa-10be?api-version=1&s=x/y_z`,
    '4a11-c03d',
  ],
  [`${ENDPOINT}/providers/X/protectedItems/i/operations/4a11-c03d?api-version=1`, '4a11-c03d'],
  [null, null],
])('the job of %s is %s', (url, job) => {
  expect(jobNameOf(url)).toBe(job);
});

test('a flag written as the text "false" is false', () => {
  expect(flagAt({ properties: { resyncRequired: 'false' } }, 'properties.resyncRequired')).toBe(false);
  expect(flagAt({ properties: { resyncRequired: 'True' } }, 'properties.resyncRequired')).toBe(true);
  expect(flagAt({ properties: { resyncRequired: true } }, 'properties.resyncRequired')).toBe(true);
});

test('a number written as text is a number, an absent one is none', () => {
  expect(numberAt({ a: '42' }, 'a')).toBe(42);
  expect(numberAt({ a: null }, 'a')).toBeNull();
});

test.each([
  [{ 'retry-after-ms': '1500' }, 1500],
  [{ 'x-ms-retry-after-ms': '700' }, 700],
  [{ 'retry-after': '17' }, 17_000],
  [{ 'retry-after': 'Sun, 01 Mar 2026 12:01:00 GMT', date: 'Sun, 01 Mar 2026 12:00:00 GMT' }, 60_000],
  [{}, null],
])('Azure asks for patience with %j', (headers, ms) => {
  expect(retryAfterMs(headers)).toBe(ms);
});

test('throttling waits as long as Azure says and sends nothing again by itself', async () => {
  const azure = fakeArm();
  azure.script(() => ({
    status: 429,
    headers: { 'retry-after': '42' },
    body: { error: { code: 'TooManyRequests', message: 'slow down' } },
  }));
  const error = await azure.arm.get(ID, '1').catch((reason) => reason);
  expect(error).toMatchObject({ type: 'Throttled', nextRetryDelay: 42_000 });
  expect(azure.sent).toHaveLength(1);
});

test.each([
  [408, 'Unreachable'],
  [500, 'Unreachable'],
  [503, 'Unreachable'],
  [409, 'Throttled'],
  [403, 'Configuration'],
  [400, 'Configuration'],
])('a write answered %i ends as %s after one request', async (status, type) => {
  const azure = fakeArm();
  azure.script(() => ({ status }));
  expect(await failing(azure.arm.put(ID, '1', {}))).toMatchObject({ type });
  expect(azure.sent).toHaveLength(1);
});

test('a failure carries what support asks for and no signed query', async () => {
  const azure = fakeArm();
  azure.script(() => ({
    status: 400,
    headers: { 'x-ms-request-id': 'r-1', 'x-ms-correlation-request-id': 'c-1' },
    body: { error: { code: 'BadThing', message: 'no' } },
  }));
  const { told, message } = await failing(azure.arm.outcome(`${ENDPOINT}/operationResults/j_v?t=1&s=SECRET`));
  expect(told.facts).toMatchObject({ requestId: 'r-1', correlationId: 'c-1', code: 'BadThing' });
  expect(message).not.toContain('SECRET');
});

test('a wrong subscription is not taken for a resource that is gone', async () => {
  const azure = fakeArm();
  azure.script(() => ({
    status: 404,
    body: { error: { code: 'SubscriptionNotFound', message: 'no such subscription' } },
  }));
  expect(await failing(azure.arm.get(ID, '1'))).toMatchObject({ type: 'Configuration' });
});

test('our token is not sent to an address that is not ours', async () => {
  const azure = fakeArm();
  azure.script(() => ({ status: 200, body: { value: [], nextLink: 'https://elsewhere.example/next' } }));
  expect(await failing(azure.arm.list('/subscriptions/s/providers/X/things', '1'))).toMatchObject({ type: 'Unsafe' });
  expect(azure.sent).toHaveLength(1);
});

test('a list is read page by page', async () => {
  const azure = fakeArm();
  azure.script(({ url }) => ({
    body: url.includes('page=2') ? { value: [{ n: 2 }] } : { value: [{ n: 1 }], nextLink: `${ENDPOINT}/x?page=2` },
  }));
  expect((await azure.arm.list('/x', '1')).rows).toEqual([{ n: 1 }, { n: 2 }]);
});

test('tags of others survive when a machine is marked as ours', async () => {
  const azure = fakeArm();
  azure.put(ID, { tags: { owner: 'shop' } });
  const token = tokenOf({ vm: 'vm-1', hop: 2, verb: 'cutOver', round: 0 });
  await claim(azure.arm, ID, '1', azure.get(ID) ?? null, token);
  expect(azure.get(ID)).toMatchObject({ tags: { owner: 'shop', [TOKEN_TAG]: token } });
});

test("another migration's machine is not marked as ours", async () => {
  const azure = fakeArm();
  azure.put(ID, { tags: { [TOKEN_TAG]: tokenOf({ vm: 'other', hop: 2, verb: 'cutOver', round: 0 }) } });
  const token = tokenOf({ vm: 'vm-1', hop: 2, verb: 'cutOver', round: 0 });
  expect(await failing(claim(azure.arm, ID, '1', azure.get(ID) ?? null, token))).toMatchObject({ type: 'Conflict' });
  expect(azure.count('PATCH', /./)).toBe(0);
});
