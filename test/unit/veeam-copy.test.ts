import { backupServer, execution, mishapOf, order, predecessor, token, VM } from './veeam-server.ts';

const protectOrder = { ...order('protect'), predecessor };
const adopting = { ...protectOrder, settings: { adoptJob: 'daily' } };
const OURS = `tranship-web-03-${VM.id}-h1`;

const ourJob = () => ({ name: OURS, description: `${token('protect')} ours`, scheduled: false });
const seedOrder = (item: string, more: object = {}) => ({
  ...order('synchronise'),
  item,
  round: 0,
  after: null as string | null,
  final: false,
  ...more,
});

describe('protect', () => {
  test('makes a job of one VM, without a schedule, carrying our token', async () => {
    const server = backupServer();
    const { item, adopted } = await execution(server).mover.protect(protectOrder);
    expect(adopted).toBe(false);
    expect(server.state.jobs).toHaveLength(1);
    expect(server.state.jobs[0]).toMatchObject({
      id: item,
      name: OURS,
      vms: [VM.id],
      scheduled: false,
      repositoryId: 'repo-1',
    });
    expect(server.state.jobs[0]?.description).toContain(token('protect'));
  });

  test('starts from the server’s own defaults', async () => {
    const server = backupServer();
    await execution(server).mover.protect(protectOrder);
    expect(server.asked(/POST .*\/jobs$/)[0]?.json).toMatchObject({ compression: 'Optimal', mode: 'Backup' });
  });

  test('a server without defaults is sent what is needed', async () => {
    const server = backupServer();
    server.odd(/defaultSettings/, () => ({ status: 404, headers: {}, body: null }));
    expect((await execution(server).mover.protect(protectOrder)).adopted).toBe(false);
  });

  test('the repository of the plan is honoured', async () => {
    const server = backupServer();
    await execution(server).mover.protect({ ...protectOrder, settings: { repository: 'wide' } });
    expect(server.state.jobs[0]?.repositoryId).toBe('sobr-1');
  });

  test('asked again, it finds its job', async () => {
    const server = backupServer();
    const first = await execution(server).mover.protect(protectOrder);
    expect(await execution(server).mover.protect(protectOrder)).toEqual(first);
    expect(server.asked(/POST .*\/jobs$/)).toHaveLength(1);
  });

  test('a job whose creation was answered to nobody is found', async () => {
    const server = backupServer();
    server.loseAnswer(/POST .*\/jobs$/);
    const { mover, once } = execution(server);
    expect(await once(() => mover.protect(protectOrder))).toBe('Unreachable');
    expect(await once(() => mover.protect(protectOrder))).toMatchObject({ adopted: false });
    expect(server.state.jobs).toHaveLength(1);
  });

  test('a VM renamed meanwhile still finds its job', async () => {
    const server = backupServer();
    const { item } = await execution(server).mover.protect(protectOrder);
    const renamed = { ...protectOrder, vm: { ...VM, name: 'web-03-old' } };
    expect((await execution(server).mover.protect(renamed)).item).toBe(item);
  });

  test('a list that does not tell descriptions is no obstacle', async () => {
    const server = backupServer();
    const job = server.job(ourJob());
    server.odd(/GET .*\/jobs\?/, (usual) => {
      const page = usual();
      const results = (page.body as { results: object[] }).results.map((one) => ({ ...one, description: null }));
      return { ...page, body: { totalCount: results.length, results } as never };
    });
    expect((await execution(server).mover.protect(protectOrder)).item).toBe(job.id);
  });

  test('a job of our name that does not carry our token is a conflict', async () => {
    const server = backupServer();
    server.job({ ...ourJob(), description: 'mine', vms: [] });
    expect(await mishapOf(execution(server).mover.protect(protectOrder))).toBe('Conflict');
    expect(server.state.jobs).toHaveLength(1);
  });

  test('two jobs of ours are a conflict', async () => {
    const server = backupServer();
    server.job(ourJob());
    server.job(ourJob());
    expect(await mishapOf(execution(server).mover.protect(protectOrder))).toBe('Conflict');
  });

  test('a VM that is in another job needs the plan’s word', async () => {
    const server = backupServer();
    const theirs = server.job();
    expect(await mishapOf(execution(server).mover.protect(protectOrder))).toBe('Configuration');
    expect(await execution(server).mover.protect(adopting)).toEqual({ item: theirs.id, adopted: true });
    expect(server.state.jobs).toHaveLength(1);
  });

  test('a job the plan names but that has not this VM is a matter of configuration', async () => {
    const server = backupServer();
    server.job({ vms: ['another'] });
    expect(await mishapOf(execution(server).mover.protect(adopting))).toBe('Configuration');
    expect(server.state.jobs).toHaveLength(1);
  });

  test('of several jobs the named one is adopted', async () => {
    const server = backupServer();
    server.job({ name: 'weekly' });
    const theirs = server.job();
    expect(await execution(server).mover.protect(adopting)).toEqual({ item: theirs.id, adopted: true });
  });

  test('of several jobs of the named name none is adopted', async () => {
    const server = backupServer();
    server.job();
    server.job();
    expect(await mishapOf(execution(server).mover.protect(adopting))).toBe('Conflict');
  });

  test('a disabled job is not adopted', async () => {
    const server = backupServer();
    server.job({ enabled: false });
    expect(await mishapOf(execution(server).mover.protect(adopting))).toBe('Configuration');
  });

  test('a repository that is not there is a matter of configuration', async () => {
    const server = backupServer();
    const wrong = { ...protectOrder, settings: { repository: 'none' } };
    expect(await mishapOf(execution(server).mover.protect(wrong))).toBe('Configuration');
    expect(server.state.jobs).toEqual([]);
  });

  test('a VM the plug-in does not know is missing', async () => {
    const server = backupServer();
    server.state.inventory = [];
    expect(await mishapOf(execution(server).mover.protect(protectOrder))).toBe('Missing');
  });
});

describe('synchronise', () => {
  test('starts a run, waits for it with its progress, and returns its point', async () => {
    const server = backupServer();
    const job = server.job(ourJob());
    const { mover, once } = execution(server);
    expect(await once(() => mover.synchronise(seedOrder(job.id)))).toBe('NotFinished');
    expect(await once(() => mover.synchronise(seedOrder(job.id)))).toBe('NotFinished');
    const run = server.endRun(job);
    expect(await once(() => mover.synchronise(seedOrder(job.id)))).toEqual({
      run: run.id,
      point: server.state.points[0]?.id,
      movedBytes: 1_000,
      totalBytes: 5_000,
      pointAt: server.state.points[0]?.createdAt,
    });
    expect(server.asked(/start$/)).toHaveLength(1);
  });

  test('the progress of a wait changes as the run moves on', async () => {
    const server = backupServer();
    const job = server.job(ourJob());
    const run = server.startRun(job);
    const words = async () =>
      execution(server)
        .mover.synchronise(seedOrder(job.id))
        .catch((error: { message: string; details: { progress: string }[] }) => [
          error.message,
          error.details[0]?.progress,
        ]);
    const first = await words();
    run.percent = 55;
    expect(await words()).not.toEqual(first);
  });

  test('a run that runs is attached to, not doubled', async () => {
    const server = backupServer();
    const job = server.job(ourJob());
    server.startRun(job);
    const { mover, once } = execution(server);
    expect(await once(() => mover.synchronise(seedOrder(job.id)))).toBe('NotFinished');
    expect(server.asked(/start$/)).toHaveLength(0);
  });

  test('a start whose answer was lost is not repeated', async () => {
    const server = backupServer();
    const job = server.job(ourJob());
    server.loseAnswer(/start$/);
    const { mover, once } = execution(server);
    expect(await once(() => mover.synchronise(seedOrder(job.id)))).toBe('Unreachable');
    expect(await once(() => mover.synchronise(seedOrder(job.id)))).toBe('NotFinished');
    expect(server.asked(/start$/)).toHaveLength(1);
  });

  test('a job that runs without showing its run is left alone', async () => {
    const server = backupServer();
    const job = server.job({ ...ourJob(), status: 'Running' });
    const { mover, once } = execution(server);
    expect(await once(() => mover.synchronise(seedOrder(job.id)))).toBe('NotFinished');
    expect(server.asked(/start$/)).toHaveLength(0);
  });

  test('a start that somebody else forestalled is as good as ours', async () => {
    const server = backupServer();
    const job = server.job(ourJob());
    server.odd(/start$/, (usual) => {
      server.startRun(job);
      return usual();
    });
    const { mover, once } = execution(server);
    expect(await once(() => mover.synchronise(seedOrder(job.id)))).toBe('NotFinished');
  });

  test('a start that is refused for a reason of its own ends the verb', async () => {
    const server = backupServer();
    const job = server.job(ourJob());
    server.odd(/start$/, () => ({ status: 400, headers: {}, body: { title: 'no worker' } }));
    const { mover, once } = execution(server);
    expect(await once(() => mover.synchronise(seedOrder(job.id)))).toBe('Refused');
  });

  test.each(['Success', 'Warning'])('a run that ended %s counts', async (result) => {
    const server = backupServer();
    const job = server.job(ourJob());
    server.startRun(job);
    const run = server.endRun(job, result);
    expect(await execution(server).mover.synchronise(seedOrder(job.id))).toMatchObject({ run: run.id });
  });

  test('a run that it watched and that failed ends the verb, with the reason', async () => {
    const server = backupServer();
    const job = server.job(ourJob());
    const { mover, once } = execution(server);
    await once(() => mover.synchronise(seedOrder(job.id)));
    server.endRun(job, 'Error');
    const failure = await mover
      .synchronise(seedOrder(job.id))
      .catch((error: { type: string; message: string }) => error);
    expect(failure).toMatchObject({ type: 'Vendor', message: expect.stringContaining('CBT was lost') });
    expect(server.asked(/start$/)).toHaveLength(1);
  });

  test('asked again by a person after a failed run, it starts another', async () => {
    const server = backupServer();
    const job = server.job(ourJob());
    server.startRun(job);
    server.endRun(job, 'Error');
    const { mover, once } = execution(server);
    expect(await once(() => mover.synchronise(seedOrder(job.id)))).toBe('NotFinished');
    expect(server.asked(/start$/)).toHaveLength(1);
  });

  test('a cancelled run does not count', async () => {
    const server = backupServer();
    const job = server.job(ourJob());
    const { mover, once } = execution(server);
    await once(() => mover.synchronise(seedOrder(job.id)));
    Object.assign(server.state.runs[0] ?? {}, { state: 'Cancelled', result: 'None' });
    job.status = 'Canceled';
    expect(await once(() => mover.synchronise(seedOrder(job.id)))).toBe('Vendor');
  });

  test('a run whose point is not listed yet is waited for', async () => {
    const server = backupServer();
    const job = server.job(ourJob());
    server.startRun(job);
    server.endRun(job);
    server.state.points = [];
    expect(await mishapOf(execution(server).mover.synchronise(seedOrder(job.id)))).toBe('NotFinished');
  });

  test('a point older than the run is not its point', async () => {
    const server = backupServer();
    const job = server.job(ourJob());
    server.startRun(job);
    server.endRun(job);
    const [point] = server.state.points;
    if (point) point.createdAt = '2026-01-01T08:00:00Z';
    expect(await mishapOf(execution(server).mover.synchronise(seedOrder(job.id)))).toBe('NotFinished');
  });

  test('without any backup there is no point, and that is no error', async () => {
    const server = backupServer();
    const job = server.job(ourJob());
    server.startRun(job);
    server.endRun(job);
    server.state.backups = [];
    server.refuse('Get-VBRRestorePoint', {
      message: 'empty',
      category: 'InvalidData',
      fullyQualifiedErrorId: 'ParameterArgumentValidationErrorEmptyArrayNotAllowed',
    });
    expect(await mishapOf(execution(server).mover.synchronise(seedOrder(job.id)))).toBe('NotFinished');
  });

  test('an error of the list of points is not taken for none', async () => {
    const server = backupServer();
    const job = server.job(ourJob());
    server.startRun(job);
    server.endRun(job);
    server.refuse('Get-VBRRestorePoint', { message: 'broken', category: 'NotSpecified', fullyQualifiedErrorId: 'x' });
    expect(await mishapOf(execution(server).mover.synchronise(seedOrder(job.id)))).toBe('Vendor');
  });

  test('a job that is gone is missing', async () => {
    expect(await mishapOf(execution(backupServer()).mover.synchronise(seedOrder('job-9')))).toBe('Missing');
  });

  test('a version that does not tell the newest run is asked for its sessions', async () => {
    const server = backupServer();
    const job = server.job(ourJob());
    server.startRun(job);
    server.endRun(job);
    server.startRun(job);
    const run = server.endRun(job);
    server.odd(new RegExp(`GET .*/jobs/${job.id}$`), (usual) => {
      const reply = usual();
      const { lastSessionId: _, ...rest } = reply.body as { lastSessionId?: string };
      return { ...reply, body: rest as never };
    });
    expect(await execution(server).mover.synchronise(seedOrder(job.id))).toMatchObject({ run: run.id });
  });
});

describe('the final run', () => {
  const final = (item: string, after: string | null) => seedOrder(item, { round: 1, after, final: true });

  test('the run that was newest when the source was seen off does not count', async () => {
    const server = backupServer();
    const job = server.job(ourJob());
    server.startRun(job);
    const early = server.endRun(job);
    const { mover, once } = execution(server);
    expect(await once(() => mover.synchronise(final(job.id, early.id)))).toBe('NotFinished');
    expect(server.asked(/start$/)).toHaveLength(1);
    const late = server.endRun(job);
    expect(await once(() => mover.synchronise(final(job.id, early.id)))).toMatchObject({
      run: late.id,
      point: server.state.points.at(-1)?.id,
    });
  });

  test('a run another began later is attached to', async () => {
    const server = backupServer();
    const job = server.job(ourJob());
    server.startRun(job);
    const early = server.endRun(job);
    const late = server.startRun(job);
    const { mover, once } = execution(server);
    expect(await once(() => mover.synchronise(final(job.id, early.id)))).toBe('NotFinished');
    server.endRun(job);
    expect(await once(() => mover.synchronise(final(job.id, early.id)))).toMatchObject({ run: late.id });
    expect(server.asked(/start$/)).toHaveLength(0);
  });

  test('a “newest” run that began before the marked one does not count', async () => {
    const server = backupServer();
    const job = server.job(ourJob());
    server.startRun(job);
    const earlier = server.endRun(job);
    server.startRun(job);
    const marked = server.endRun(job);
    job.lastSessionId = earlier.id;
    const { mover, once } = execution(server);
    expect(await once(() => mover.synchronise(final(job.id, marked.id)))).toBe('NotFinished');
    expect(server.asked(/start$/)).toHaveLength(1);
  });

  test('the point of the earlier run is not returned for the later one', async () => {
    const server = backupServer();
    const job = server.job(ourJob());
    server.startRun(job);
    const early = server.endRun(job);
    server.startRun(job);
    server.endRun(job);
    server.state.points.splice(1);
    expect(await mishapOf(execution(server).mover.synchronise(final(job.id, early.id)))).toBe('NotFinished');
  });
});

describe('a job of several VMs', () => {
  const shared = () => {
    const server = backupServer();
    server.state.inventory.push({ id: 'other', name: VM.name, clusterId: 'cluster-1' });
    const job = server.job({ vms: ['other', VM.id] });
    server.startRun(job);
    const run = server.endRun(job);
    return { server, job, run };
  };

  test('of two VMs of one name the right point is taken, by the id in Nutanix', async () => {
    const { server, job, run } = shared();
    const mine = server.state.points.find(({ owner }) => owner === VM.id);
    expect(await execution(server).mover.synchronise(seedOrder(job.id))).toMatchObject({
      run: run.id,
      point: mine?.id,
    });
  });

  test('a run that was good for others and bad for this VM does not count', async () => {
    const { server, job } = shared();
    const part = server.state.runs.find(({ object }) => object === VM.id);
    if (part) part.result = 'Error';
    const { mover, once } = execution(server);
    expect(await once(() => mover.synchronise(seedOrder(job.id)))).toBe('NotFinished');
    expect(server.asked(/start$/)).toHaveLength(1);
  });

  test('a part that is not recorded yet is waited for', async () => {
    const { server, job } = shared();
    server.state.runs = server.state.runs.filter(({ object }) => object !== VM.id);
    expect(await mishapOf(execution(server).mover.synchronise(seedOrder(job.id)))).toBe('NotFinished');
    expect(server.asked(/start$/)).toHaveLength(0);
  });
});

describe('mark final', () => {
  const mark = (item: string) => ({ ...order('markFinal'), item });

  test('a job that never ran has no newest run', async () => {
    const server = backupServer();
    const job = server.job(ourJob());
    expect(await execution(server).mover.markFinal(mark(job.id))).toEqual({ newestRun: null });
  });

  test('the newest run is told, a failed one too', async () => {
    const server = backupServer();
    const job = server.job(ourJob());
    server.startRun(job);
    server.endRun(job);
    server.startRun(job);
    const failed = server.endRun(job, 'Error');
    expect(await execution(server).mover.markFinal(mark(job.id))).toEqual({ newestRun: failed.id });
  });

  test('a run under way is waited out', async () => {
    const server = backupServer();
    const job = server.job(ourJob());
    const run = server.startRun(job);
    expect(await mishapOf(execution(server).mover.markFinal(mark(job.id)))).toBe('NotFinished');
    server.endRun(job);
    expect(await execution(server).mover.markFinal(mark(job.id))).toEqual({ newestRun: run.id });
  });

  test('a job that is still running, whatever its newest run says, is waited out', async () => {
    const server = backupServer();
    const job = server.job({ ...ourJob(), status: 'Stopping' });
    expect(await mishapOf(execution(server).mover.markFinal(mark(job.id)))).toBe('NotFinished');
  });

  test('a schedule is turned off first, and seen off', async () => {
    const server = backupServer();
    const job = server.job();
    await execution(server).mover.markFinal(mark(job.id));
    expect(job.enabled).toBe(false);
    server.job({ id: 'stubborn', name: 'x' });
    server.odd(/stubborn\/disable/, () => ({ status: 204, headers: {}, body: null }));
    expect(await mishapOf(execution(server).mover.markFinal(mark('stubborn')))).toBe('NotFinished');
  });

  test('a job without a schedule is left enabled', async () => {
    const server = backupServer();
    const job = server.job(ourJob());
    await execution(server).mover.markFinal(mark(job.id));
    expect(server.asked(/able$/)).toEqual([]);
  });

  test('a job that is gone is missing', async () => {
    expect(await mishapOf(execution(backupServer()).mover.markFinal(mark('none')))).toBe('Missing');
  });
});

describe('lag', () => {
  const lagOf = (server: ReturnType<typeof backupServer>, item: string) =>
    execution(server).mover.lag({ ...order('lag'), item });

  test('is the age of the newest point on the server’s clock', async () => {
    const server = backupServer();
    const job = server.job(ourJob());
    server.startRun(job);
    server.endRun(job);
    const [point] = server.state.points;
    if (point) point.createdAt = '2026-01-01T11:58:30Z';
    expect(await lagOf(server, job.id)).toMatchObject({ point: point?.id, ageSeconds: 90, healthy: true });
  });

  test('is not healthy after a failed run, though there is a point', async () => {
    const server = backupServer();
    const job = server.job(ourJob());
    server.startRun(job);
    server.endRun(job);
    server.startRun(job);
    server.endRun(job, 'Error');
    expect(await lagOf(server, job.id)).toMatchObject({
      healthy: false,
      detail: expect.stringContaining('CBT was lost'),
    });
  });

  test('is not healthy without a point or a job', async () => {
    const server = backupServer();
    const job = server.job(ourJob());
    expect(await lagOf(server, job.id)).toMatchObject({ point: null, healthy: false });
    expect(await lagOf(server, 'none')).toMatchObject({ point: null, healthy: false });
  });
});
