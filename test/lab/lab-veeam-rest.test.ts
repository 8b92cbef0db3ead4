import { inside } from '../support/lab-http.ts';
import { plugin, revision, type VeeamBench, veeamBench } from './lab-veeam.ts';

let veeam: VeeamBench;

beforeEach(async () => {
  veeam = await veeamBench();
});

afterEach(() => veeam.close());

const { user, password } = { user: 'LAB\\svc-veeam', password: 'lab-Veeam-1' };

const token = (form: Record<string, string>, headers: Record<string, string> = revision) =>
  veeam.http.send('POST', '/api/oauth2/token', headers, new URLSearchParams(form).toString());

const byPassword = () => token({ grant_type: 'password', username: user, password });

test('a token is given for the right password only, and only with the revision header', async () => {
  expect((await byPassword()).status).toBe(200);
  expect((await token({ grant_type: 'password', username: user, password: 'wrong' })).status).toBe(401);
  expect((await token({ grant_type: 'password', username: user, password }, {})).status).toBe(400);
});

test('a refresh token works once', async () => {
  const refresh_token = String(inside((await byPassword()).body, 'refresh_token'));
  const form = { grant_type: 'refresh_token', refresh_token };

  expect((await token(form)).status).toBe(200);
  expect((await token(form)).status).toBe(401);
});

test('an access token ends when it said it would', async () => {
  const { body } = await byPassword();
  const authorization = `Bearer ${String(inside(body, 'access_token'))}`;
  const get = () => veeam.http.send('GET', `${plugin}/clusters`, { authorization });

  expect((await get()).status).toBe(200);
  veeam.lab.pass(Number(inside(body, 'expires_in')) * 1000 + 1);
  const late = await get();
  expect([late.status, inside(late.body, 'errorCode')]).toEqual([401, 'ExpiredToken']);
});

test('the plug-in does not serve versions before 8', async () => {
  const reply = await veeam.rest('GET', '/api/v1/serverInfo');
  expect(inside(reply.body, 'buildVersion')).toBe('13.0.1.1071');
  expect((await veeam.http.send('GET', plugin.replace('v8', 'v7'))).status).toBe(404);
});

test('VMs of a Prism Central come in pages with their own ids', async () => {
  const id = inside((await veeam.rest('GET', 'prismCentrals')).body, '0.id');
  const { body } = await veeam.rest('GET', `prismCentrals/${String(id)}/vms?offset=0&limit=-1`);

  expect(inside(body, 'totalCount')).toBe(1);
  expect(inside(body, 'results.0')).toMatchObject({ id: veeam.lab.vm().id, name: 'web-01' });
});

test('a job without its required parts is refused', async () => {
  await expect(veeam.job([veeam.lab.vm()], { retentionSettings: undefined })).rejects.toThrow('retentionSettings');
  await expect(veeam.job([])).rejects.toThrow('no objects');
});

test('names of jobs need not be unique', async () => {
  expect(await veeam.job()).not.toBe(await veeam.job());
});

test('a job keeps what it was given, and a change replaces it', async () => {
  const id = await veeam.job();
  const settings = (await veeam.rest('GET', `jobs/${id}/settings`)).body as object;
  const changed = await veeam.rest('PUT', `jobs/${id}/settings`, { ...settings, description: 'other' });

  expect(changed.status).toBe(204);
  expect((await veeam.rest('GET', `jobs/${id}`)).body).toMatchObject({ description: 'other', status: 'NeverStarted' });
});

test('a job that runs refuses to start again', async () => {
  const id = await veeam.job();
  await veeam.start(id);
  await expect(veeam.start(id)).rejects.toThrow('already running');
});

test('a scheduled job runs by itself until it is disabled, and can still be started by hand', async () => {
  const id = await veeam.job([veeam.lab.vm()], {
    scheduleSettings: { enabled: true, type: 'Periodic', periodic: { interval: 10, mode: 'EveryMinute' } },
  });
  veeam.lab.pass(11 * 60_000);
  await veeam.until(async () => inside((await veeam.rest('GET', `jobs/${id}`)).body, 'status') === 'Success', 'a run');

  await veeam.rest('POST', `jobs/${id}/disable`);
  veeam.lab.pass(60 * 60_000);
  expect(veeam.lab.events('run.started')).toHaveLength(1);
  expect(inside(await veeam.ran(id), 'result')).toBe('Success');
});

test('deleting a job leaves its backup behind as an orphan', async () => {
  const id = await veeam.job();
  await veeam.ran(id);
  expect((await veeam.rest('DELETE', `jobs/${id}`)).status).toBe(204);

  expect(await veeam.read('Get-VBRBackup', { Name: 'TRN-web-01' }, 'JobId')).toMatch(/^0{8}-/);
  expect(await veeam.ps('Get-VBRRestorePoint')).toHaveLength(1);
});

test('a fault hides what was done', async () => {
  const id = await veeam.job();
  veeam.arm('errorAfterEffect', 'veeam.REST POST jobs/{id}/start');
  await expect(veeam.start(id)).rejects.toThrow('UnknownError');
  expect(inside((await veeam.rest('GET', `jobs/${id}`)).body, 'status')).toBe('Running');

  veeam.arm('dropAnswer', 'veeam.REST POST jobs');
  await expect(veeam.job()).rejects.toThrow();
  expect(inside((await veeam.rest('GET', 'jobs')).body, 'totalCount')).toBe(2);
});
