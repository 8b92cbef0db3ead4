import {
  type BackupServer,
  backupServer,
  cmdletError,
  execution,
  HOST,
  mishapOf,
  order,
  predecessor,
  STAGED,
  token,
  VM,
} from './veeam-server.ts';

const POINT = 'point-of-the-final-run';
const item = { item: 'job-x' };
const cutOverOrder = { ...order('cutOver'), ...item, point: POINT as string | null, predecessor };
const operationOrder = (verb: string, successor: { id: string; name: string } | null = null) => ({
  ...order(verb),
  ...item,
  operation: null,
  successor,
});

const withPoint = (): BackupServer => {
  const server = backupServer();
  server.state.points.push({ id: POINT, job: 'any', name: VM.name, owner: VM.id, createdAt: '2026-01-01T09:30:00Z' });
  return server;
};

/** A mount of ours that is ready, and the VM it stands for. */
const mounted = async () => {
  const server = withPoint();
  const { mover, once } = execution(server);
  await once(() => mover.cutOver(cutOverOrder));
  server.mounted();
  const successor = { id: server.state.vms[0]?.Id ?? '', name: STAGED };
  return { server, successor };
};

/** The same after its migration to production. */
const committed = async () => {
  const made = await mounted();
  made.server.migrated();
  return made;
};

const starts = (server: BackupServer): number => server.called('Start-VBRHvInstantRecovery').length;

describe('cut over', () => {
  test('mounts the point off and unplugged, under the landing’s name, with our token as the reason', async () => {
    const server = withPoint();
    const { mover, once } = execution(server);
    expect(await once(() => mover.cutOver(cutOverOrder))).toBe('NotFinished');
    expect(server.called('Start-VBRHvInstantRecovery')[0]?.parameters).toEqual({
      RestorePoint: { $ref: 'point', where: { Id: POINT } },
      Server: { $ref: 'host', where: { Name: HOST } },
      Path: `C:\\ClusterStorage\\Volume1\\${STAGED}`,
      VMName: STAGED,
      PreserveVmID: true,
      PreserveMACs: true,
      PowerUp: false,
      NICsEnabled: false,
      Reason: token('cutOver'),
    });
  });

  test('waits until Veeam waits for a person, and returns the VM the host lists', async () => {
    const server = withPoint();
    const { mover, once } = execution(server);
    await once(() => mover.cutOver(cutOverOrder));
    expect(await once(() => mover.cutOver(cutOverOrder))).toBe('NotFinished');
    server.mounted();
    expect(await once(() => mover.cutOver(cutOverOrder))).toEqual({
      successor: { id: server.state.vms[0]?.Id, name: STAGED },
      operation: server.state.mounts[0]?.Id,
      state: 'off',
      mounted: true,
    });
    expect(starts(server)).toBe(1);
  });

  test('a shell that died after the start is followed by looking, not by starting', async () => {
    const server = withPoint();
    server.die('Start-VBRHvInstantRecovery');
    const { mover, once } = execution(server);
    expect(await once(() => mover.cutOver(cutOverOrder))).toBe('Unreachable');
    expect(await once(() => mover.cutOver(cutOverOrder))).toBe('NotFinished');
    expect(starts(server)).toBe(1);
  });

  test('a second execution attaches to the mount of the first', async () => {
    const { server, successor } = await mounted();
    expect(await execution(server).mover.cutOver(cutOverOrder)).toMatchObject({ successor });
    expect(starts(server)).toBe(1);
  });

  test('a mount is ours in a later round too', async () => {
    const { server, successor } = await mounted();
    const later = { ...cutOverOrder, token: token('cutOver', 3) };
    expect(await execution(server).mover.cutOver(later)).toMatchObject({ successor });
  });

  test('an accepted start that is not to be seen yet is waited for', async () => {
    const server = withPoint();
    const { mover, once } = execution(server);
    await once(() => mover.cutOver(cutOverOrder));
    server.state.mounts = [];
    server.state.records = [];
    expect(await once(() => mover.cutOver(cutOverOrder))).toBe('NotFinished');
    expect(starts(server)).toBe(1);
  });

  test('only the history of restores telling of it, it is waited for', async () => {
    const server = withPoint();
    server.state.records.push({
      Id: 's',
      Name: STAGED,
      State: 'Working',
      Result: 'None',
      Reason: token('cutOver'),
      CreationTime: '2026-01-01T09:00:00Z',
    });
    expect(await mishapOf(execution(server).mover.cutOver(cutOverOrder))).toBe('NotFinished');
    expect(starts(server)).toBe(0);
  });

  test('a build that does not show reasons on mounts is believed by its history', async () => {
    const { server, successor } = await mounted();
    server.state.showsReason = false;
    expect(await execution(server).mover.cutOver(cutOverOrder)).toMatchObject({ successor });
  });

  test.each(['VMName', 'MachineName', 'VmDisplayName', 'Name'])(
    'the name of the VM is found in %s',
    async (property) => {
      const { server, successor } = await mounted();
      const [mount] = server.state.mounts;
      server.state.mounts = [{ Id: mount?.Id, [property]: STAGED, State: 'WaitingForUserAction', Reason: null }];
      expect(await execution(server).mover.cutOver(cutOverOrder)).toMatchObject({ successor });
    },
  );

  test.each(['State', 'Status', 'SessionState', 'MountState'])('its state is found in %s', async (property) => {
    const { server } = await mounted();
    const [mount] = server.state.mounts;
    server.state.mounts = [{ Id: mount?.Id, VmName: STAGED, Reason: mount?.Reason, [property]: 'Mounted' }];
    expect(await execution(server).mover.cutOver(cutOverOrder)).toMatchObject({ mounted: true });
  });

  test('a mount without any state yet is waited for', async () => {
    const { server } = await mounted();
    server.state.mounts = server.state.mounts.map(({ State: _, ...rest }) => rest);
    expect(await mishapOf(execution(server).mover.cutOver(cutOverOrder))).toBe('NotFinished');
  });

  test('a mount of that name with somebody else’s reason is a conflict', async () => {
    const server = withPoint();
    server.state.mounts.push({ Id: 'm', VmName: STAGED, State: 'WaitingForUserAction', Reason: 'a test of ours' });
    expect(await mishapOf(execution(server).mover.cutOver(cutOverOrder))).toBe('Conflict');
    expect(starts(server)).toBe(0);
  });

  test.each([
    ['another VM', `tranship:another/1/cutOver/0`],
    ['another hop', `tranship:${VM.id}/2/cutOver/0`],
  ])('a mount of that name of %s is a conflict', async (_, reason) => {
    const server = withPoint();
    server.state.mounts.push({ Id: 'm', VmName: STAGED, State: 'WaitingForUserAction', Reason: reason });
    expect(await mishapOf(execution(server).mover.cutOver(cutOverOrder))).toBe('Conflict');
  });

  test('a VM of that name without a mount is a conflict', async () => {
    const server = withPoint();
    server.state.vms.push({ Id: 'stranger', Name: STAGED.toUpperCase(), State: 'Off' });
    expect(await mishapOf(execution(server).mover.cutOver(cutOverOrder))).toBe('Conflict');
    expect(starts(server)).toBe(0);
  });

  test('a VM whose name only begins alike is none', async () => {
    const server = withPoint();
    server.state.vms.push({ Id: 'x', Name: `${STAGED}2`, State: 'Off' });
    server.state.mounts.push({ Id: 'm', VmName: `${STAGED}2`, State: 'WaitingForUserAction', Reason: 'x' });
    const { mover, once } = execution(server);
    expect(await once(() => mover.cutOver(cutOverOrder))).toBe('NotFinished');
    expect(starts(server)).toBe(1);
  });

  test('two VMs of that name are a conflict', async () => {
    const { server } = await mounted();
    server.state.vms.push({ Id: 'second', Name: STAGED, State: 'Off' });
    expect(await mishapOf(execution(server).mover.cutOver(cutOverOrder))).toBe('Conflict');
  });

  test('a staged VM that runs is unsafe', async () => {
    const { server } = await mounted();
    for (const vm of server.state.vms) vm.State = 'Running';
    expect(await mishapOf(execution(server).mover.cutOver(cutOverOrder))).toBe('Unsafe');
  });

  test('a ready mount whose VM the host does not list yet is waited for', async () => {
    const { server } = await mounted();
    server.state.vms = [];
    expect(await mishapOf(execution(server).mover.cutOver(cutOverOrder))).toBe('NotFinished');
  });

  test('a failed mount ends the verb', async () => {
    const { server } = await mounted();
    for (const mount of server.state.mounts) mount.State = 'Failed';
    expect(await mishapOf(execution(server).mover.cutOver(cutOverOrder))).toBe('Vendor');
  });

  test('a restore that failed without leaving a mount ends the verb, and a person’s retry starts another', async () => {
    const server = withPoint();
    const { mover, once } = execution(server);
    await once(() => mover.cutOver(cutOverOrder));
    server.state.mounts = [];
    for (const record of server.state.records) Object.assign(record, { State: 'Stopped', Result: 'Failed' });
    expect(await once(() => mover.cutOver(cutOverOrder))).toBe('Vendor');
    const again = execution(server);
    expect(await again.once(() => again.mover.cutOver(cutOverOrder))).toBe('NotFinished');
    expect(starts(server)).toBe(2);
  });

  test('after a mount was abandoned another may be started', async () => {
    const { server } = await mounted();
    server.state.mounts = [];
    server.state.vms = [];
    for (const record of server.state.records) Object.assign(record, { State: 'Stopped', Result: 'Success' });
    const { mover, once } = execution(server);
    expect(await once(() => mover.cutOver(cutOverOrder))).toBe('NotFinished');
    expect(starts(server)).toBe(2);
  });

  test('a mount somebody else takes away is a conflict', async () => {
    const { server } = await mounted();
    for (const mount of server.state.mounts) mount.State = 'Dismounting';
    expect(await mishapOf(execution(server).mover.cutOver(cutOverOrder))).toBe('Conflict');
  });

  test('without a point nothing is mounted', async () => {
    const server = withPoint();
    expect(await mishapOf(execution(server).mover.cutOver({ ...cutOverOrder, point: null }))).toBe('Unsafe');
    expect(starts(server)).toBe(0);
  });

  test.each([
    ['a locked restore point', cmdletError('restore point is locked by running job', 'ResourceBusy'), 'NotFinished'],
    ['a missing right', cmdletError('Access is denied', 'PermissionDenied'), 'Configuration'],
    ['a licence that does not allow it', cmdletError('license exceeded'), 'Configuration'],
    ['anything else', cmdletError('repository is out of space'), 'Vendor'],
  ])('%s is told as what it is', async (_, error, expected) => {
    const server = withPoint();
    server.refuse('Start-VBRHvInstantRecovery', error);
    expect(await mishapOf(execution(server).mover.cutOver(cutOverOrder))).toBe(expected);
  });

  test('a restore point that is gone is missing, a host Veeam does not know a matter of configuration', async () => {
    expect(await mishapOf(execution(backupServer()).mover.cutOver(cutOverOrder))).toBe('Missing');
    const server = withPoint();
    server.state.hostKnown = false;
    expect(await mishapOf(execution(server).mover.cutOver(cutOverOrder))).toBe('Configuration');
  });

  test('a staging host the estate does not have is a matter of configuration', async () => {
    const unknown = { ...cutOverOrder, target: { ...cutOverOrder.target, instance: 'nowhere' } };
    expect(await mishapOf(execution(withPoint()).mover.cutOver(unknown))).toBe('Configuration');
  });
});

describe('settle', () => {
  test('nothing started is none', async () => {
    expect(await execution(withPoint()).mover.settle(operationOrder('settle'))).toMatchObject({
      state: 'none',
      successor: null,
    });
  });

  test('a ready mount is done, with its successor', async () => {
    const { server, successor } = await mounted();
    expect(await execution(server).mover.settle(operationOrder('settle'))).toMatchObject({
      state: 'done',
      successor,
      operation: server.state.mounts[0]?.Id,
    });
  });

  test.each(['Starting', 'Migrating'])('a mount that is %s is waited for', async (state) => {
    const { server } = await mounted();
    for (const mount of server.state.mounts) mount.State = state;
    expect(await mishapOf(execution(server).mover.settle(operationOrder('settle')))).toBe('NotFinished');
  });

  test('a failed mount says on which side of its boundary', async () => {
    const { server } = await mounted();
    for (const mount of server.state.mounts) mount.State = 'Failed';
    expect(await execution(server).mover.settle(operationOrder('settle'))).toMatchObject({
      state: 'failed',
      boundary: 'after',
    });
    server.state.vms = [];
    expect(await execution(server).mover.settle(operationOrder('settle'))).toMatchObject({
      state: 'failed',
      boundary: 'before',
    });
  });

  test('a migrated VM, known by its id, is done', async () => {
    const { server, successor } = await committed();
    expect(await execution(server).mover.settle(operationOrder('settle', successor))).toMatchObject({
      state: 'done',
      operation: null,
    });
  });

  test('what is not ours is none of ours, and is named', async () => {
    const server = withPoint();
    server.state.vms.push({ Id: 'stranger', Name: STAGED, State: 'Off' });
    expect(await execution(server).mover.settle(operationOrder('settle'))).toMatchObject({
      state: 'none',
      successor: null,
      detail: expect.stringContaining(STAGED),
    });
  });

  test('changes nothing', async () => {
    const { server } = await mounted();
    const before = server.seen.lists.flat().length;
    await execution(server).mover.settle(operationOrder('settle'));
    expect(
      server.seen.lists
        .flat()
        .slice(before)
        .map(({ cmdlet }) => cmdlet),
    ).toEqual([
      'Connect-VBRServer',
      'Get-VBRInstantRecovery',
      'Get-VBRRestoreSession',
      'Get-VM',
      'Disconnect-VBRServer',
    ]);
  });
});

describe('repair', () => {
  test('takes a failed mount of ours down, and sees it gone', async () => {
    const { server } = await mounted();
    for (const mount of server.state.mounts) mount.State = 'Failed';
    const { mover, once } = execution(server);
    expect(await once(() => mover.repair(operationOrder('repair')))).toBe('NotFinished');
    expect(await once(() => mover.repair(operationOrder('repair')))).toMatchObject({ state: 'none' });
    expect(server.state.vms).toEqual([]);
  });

  test('a VM that outlives its mount for a moment is waited for', async () => {
    const { server } = await mounted();
    for (const mount of server.state.mounts) mount.State = 'Failed';
    const { mover, once } = execution(server);
    const vms = server.state.vms;
    await once(() => mover.repair(operationOrder('repair')));
    server.state.vms = vms;
    expect(await once(() => mover.repair(operationOrder('repair')))).toBe('NotFinished');
  });

  test('a mount that is being taken down is waited for', async () => {
    const { server } = await mounted();
    for (const mount of server.state.mounts) mount.State = 'Dismounting';
    expect(await mishapOf(execution(server).mover.repair(operationOrder('repair')))).toBe('NotFinished');
    expect(server.called('Stop-VBRInstantRecovery')).toEqual([]);
  });

  test('a mount that stands is left alone', async () => {
    const { server } = await mounted();
    expect(await execution(server).mover.repair(operationOrder('repair'))).toMatchObject({ state: 'done' });
    expect(server.called('Stop-VBRInstantRecovery')).toEqual([]);
  });
});

describe('commit', () => {
  test('migrates once and ends when mount is gone, VM there and disks flat', async () => {
    const { server, successor } = await mounted();
    const { mover, once } = execution(server);
    const wanted = operationOrder('commit', successor);
    expect(await once(() => mover.commit(wanted))).toBe('NotFinished');
    expect(await once(() => mover.commit(wanted))).toBe('NotFinished');
    expect(server.called('Start-VBRHvInstantRecoveryMigration')).toHaveLength(1);
    server.migrated();
    expect(await once(() => mover.commit(wanted))).toEqual({ committed: true });
  });

  test('only our mount is migrated', async () => {
    const { server, successor } = await mounted();
    server.state.mounts.unshift({ Id: 'theirs', VmName: 'db-01', State: 'WaitingForUserAction', Reason: 'x' });
    const { mover, once } = execution(server);
    await once(() => mover.commit(operationOrder('commit', successor)));
    expect(server.called('Start-VBRHvInstantRecoveryMigration')[0]?.parameters.InstantRecovery).toEqual({
      $ref: 'mounts',
      where: { Id: server.state.mounts[1]?.Id },
    });
  });

  test('while Veeam migrates nothing is asked again', async () => {
    const { server, successor } = await mounted();
    for (const mount of server.state.mounts) mount.State = 'Migrating';
    const { mover, once } = execution(server);
    expect(await once(() => mover.commit(operationOrder('commit', successor)))).toBe('NotFinished');
    expect(server.called('Start-VBRHvInstantRecoveryMigration')).toEqual([]);
  });

  test.each(['InvalidOperation,InvalidState', 'ResourceBusy', 'ResourceExists'])(
    'after a lost answer Veeam’s refusal (%s) says that it migrates already',
    async (said) => {
      const { server, successor } = await mounted();
      server.die('Start-VBRHvInstantRecoveryMigration');
      const [category = '', id] = said.split(',');
      const error = cmdletError('it is being migrated', category, id ? 'InvalidState,Microsoft.HyperV.X' : 'Veeam');
      const { mover, once } = execution(server);
      expect(await once(() => mover.commit(operationOrder('commit', successor)))).toBe('Unreachable');
      server.refuse('Start-VBRHvInstantRecoveryMigration', error);
      expect(await once(() => mover.commit(operationOrder('commit', successor)))).toBe('NotFinished');
    },
  );

  test('a migration Veeam will not begin ends the verb', async () => {
    const { server, successor } = await mounted();
    server.refuse('Start-VBRHvInstantRecoveryMigration', cmdletError('no room on the volume'));
    expect(await mishapOf(execution(server).mover.commit(operationOrder('commit', successor)))).toBe('Vendor');
  });

  test('a migration that failed ends the verb; the mount is still there', async () => {
    const { server, successor } = await mounted();
    const { mover, once } = execution(server);
    await once(() => mover.commit(operationOrder('commit', successor)));
    server.answers('Get-VBRBackupSession', [{ Id: 'migration-1', State: 'Stopped', Result: 'Failed' }]);
    expect(await once(() => mover.commit(operationOrder('commit', successor)))).toBe('Vendor');
  });

  test('disks that are still chained are waited for', async () => {
    const { server, successor } = await committed();
    server.state.disks.set('C:\\b.avhdx', 'C:\\b.vhdx');
    expect(await mishapOf(execution(server).mover.commit(operationOrder('commit', successor)))).toBe('NotFinished');
  });

  test('a VM without disks is not a success', async () => {
    const { server, successor } = await committed();
    server.state.disks.clear();
    expect(await mishapOf(execution(server).mover.commit(operationOrder('commit', successor)))).toBe('Missing');
  });

  test('mount and VM both gone is missing, not done', async () => {
    const { server, successor } = await committed();
    server.state.vms = [];
    expect(await mishapOf(execution(server).mover.commit(operationOrder('commit', successor)))).toBe('Missing');
  });

  test('another VM of that name does not count as ours', async () => {
    const { server, successor } = await committed();
    server.state.vms = [{ Id: 'stranger', Name: STAGED, State: 'Off' }];
    expect(await mishapOf(execution(server).mover.commit(operationOrder('commit', successor)))).toBe('Conflict');
  });

  test('a failed mount ends the verb', async () => {
    const { server, successor } = await mounted();
    for (const mount of server.state.mounts) mount.State = 'Failed';
    expect(await mishapOf(execution(server).mover.commit(operationOrder('commit', successor)))).toBe('Vendor');
  });

  test('an adopted job gets its schedule back', async () => {
    const { server, successor } = await committed();
    const theirs = server.job({ id: item.item, enabled: false });
    await execution(server).mover.commit(operationOrder('commit', successor));
    expect(theirs.enabled).toBe(true);
  });

  test('a job of ours stays as it is', async () => {
    const { server, successor } = await committed();
    const ours = server.job({ id: item.item, enabled: false, description: token('protect') });
    await execution(server).mover.commit(operationOrder('commit', successor));
    expect(ours.enabled).toBe(false);
  });
});

describe('abandon', () => {
  test('takes our mount down and sees its VM gone', async () => {
    const { server, successor } = await mounted();
    const { mover, once } = execution(server);
    const wanted = operationOrder('abandon', successor);
    expect(await once(() => mover.abandon(wanted))).toBe('NotFinished');
    expect(await once(() => mover.abandon(wanted))).toEqual({ successorGone: true });
    expect(server.called('Stop-VBRInstantRecovery')).toHaveLength(1);
    expect(server.state.vms).toEqual([]);
  });

  test('only our mount goes', async () => {
    const { server, successor } = await mounted();
    server.state.mounts.unshift({ Id: 'theirs', VmName: 'db-01', State: 'WaitingForUserAction', Reason: 'x' });
    const { mover, once } = execution(server);
    await once(() => mover.abandon(operationOrder('abandon', successor)));
    expect(server.state.mounts.map(({ Id }) => Id)).toEqual(['theirs']);
  });

  test('a stop whose answer was lost is observed', async () => {
    const { server, successor } = await mounted();
    server.die('Stop-VBRInstantRecovery');
    const { mover, once } = execution(server);
    expect(await once(() => mover.abandon(operationOrder('abandon', successor)))).toBe('Unreachable');
    expect(await once(() => mover.abandon(operationOrder('abandon', successor)))).toEqual({ successorGone: true });
  });

  test('a mount that somebody takes down at the same moment is as good as taken down', async () => {
    const { server, successor } = await mounted();
    const { mounts } = server.state;
    const { mover, once } = execution(server);
    server.answers('Get-VBRInstantRecovery', mounts);
    server.state.mounts = [];
    server.state.vms = [];
    for (const record of server.state.records) Object.assign(record, { State: 'Stopped', Result: 'Success' });
    expect(await once(() => mover.abandon(operationOrder('abandon', successor)))).toBe('NotFinished');
    expect(await once(() => mover.abandon(operationOrder('abandon', successor)))).toEqual({ successorGone: true });
  });

  test('a VM that outlives its mount for a moment is waited for', async () => {
    const { server, successor } = await mounted();
    const { mover, once } = execution(server);
    const vms = server.state.vms;
    await once(() => mover.abandon(operationOrder('abandon', successor)));
    server.state.vms = vms;
    expect(await once(() => mover.abandon(operationOrder('abandon', successor)))).toBe('NotFinished');
    server.state.vms = [];
    expect(await once(() => mover.abandon(operationOrder('abandon', successor)))).toEqual({ successorGone: true });
  });

  test('after commit nothing is done, and the successor is said to be there', async () => {
    const { server, successor } = await committed();
    expect(await execution(server).mover.abandon(operationOrder('abandon', successor))).toEqual({
      successorGone: false,
    });
    expect(server.called('Stop-VBRInstantRecovery')).toEqual([]);
  });

  test('while it is migrated to production it is refused', async () => {
    const { server, successor } = await mounted();
    for (const mount of server.state.mounts) mount.State = 'Migrating';
    expect(await mishapOf(execution(server).mover.abandon(operationOrder('abandon', successor)))).toBe('Refused');
    expect(server.called('Stop-VBRInstantRecovery')).toEqual([]);
  });

  test('a mount that goes already is waited for', async () => {
    const { server, successor } = await mounted();
    for (const mount of server.state.mounts) mount.State = 'Dismounting';
    expect(await mishapOf(execution(server).mover.abandon(operationOrder('abandon', successor)))).toBe('NotFinished');
  });

  test('what is not ours is left alone', async () => {
    const server = withPoint();
    server.state.mounts.push({ Id: 'm', VmName: STAGED, State: 'WaitingForUserAction', Reason: 'x' });
    expect(await execution(server).mover.abandon(operationOrder('abandon'))).toEqual({ successorGone: true });
    expect(server.state.mounts).toHaveLength(1);
  });

  test('a mount under way is waited for before it is taken down', async () => {
    const server = withPoint();
    server.state.records.push({
      Id: 's',
      State: 'Working',
      Result: 'None',
      Reason: token('cutOver'),
      CreationTime: '2026-01-01T09:00:00Z',
    });
    expect(await mishapOf(execution(server).mover.abandon(operationOrder('abandon')))).toBe('NotFinished');
  });

  test('an adopted job gets its schedule back', async () => {
    const server = withPoint();
    const theirs = server.job({ id: item.item, enabled: false });
    expect(await execution(server).mover.abandon(operationOrder('abandon'))).toEqual({ successorGone: true });
    expect(theirs.enabled).toBe(true);
  });
});
