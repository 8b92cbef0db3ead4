import { hyperVPlatform } from '../../activities/hyper-v/index.ts';
import { FAILED_OVER, ITEM, itemIn, moverOver, project, READY } from './azure-project.ts';
import { error, instance, JOURNEY, to } from './hyper-v-fixtures.ts';
import { type FakeHost, fakeHost } from './hyper-v-host.ts';
import { arrived, classOf, landed, neighbour } from './hyper-v-scenarios.ts';
import { backupServer, execution, VM } from './veeam-server.ts';

const token = 'capacity/p1';

describe('a staging host', () => {
  const asked = (host: FakeHost, name = 'web-01_replica') =>
    hyperVPlatform({ instance, run: host.run }).standing({
      to,
      token,
      leases: [
        { journey: JOURNEY, name },
        { journey: 'another', name: 'app-02_replica' },
      ],
    });

  test('says of whose journey a VM carries our token, whatever its name', async () => {
    expect(await asked(fakeHost([landed(), neighbour()]))).toEqual({ standing: [JOURNEY] });
  });

  test('counts a VM under recovery, which has only its name yet', async () => {
    const mounted = { ...arrived(), Name: 'WEB-01_Replica', Notes: '' };
    expect(await asked(fakeHost([mounted]))).toEqual({ standing: [JOURNEY] });
  });

  test('where only others stand, nothing of ours does', async () => {
    expect(await asked(fakeHost([neighbour()]))).toEqual({ standing: [] });
  });

  test('that cannot be asked has not said that nothing stands', async () => {
    const host = fakeHost([]);
    host.refuse = ({ id }) => (id === 'every' ? error('ResourceUnavailable', 'Any') : null);
    expect(await classOf(asked(host))).toBe('Unreachable');
  });

  test('reads the host once for all journeys and changes nothing', async () => {
    const host = fakeHost([landed(), neighbour()]);
    const lists: number[] = [];
    const run: FakeHost['run'] = (calls, options) => {
      lists.push(calls.length);
      return host.run(calls, options);
    };
    await asked({ ...host, run });
    expect(lists).toEqual([1]);
  });
});

describe('a backup server', () => {
  const at = { product: 'veeam', instance: 'vbr01', contract: 1 } as const;
  const leases = [
    { journey: VM.id, name: 'web-03_replica' },
    { journey: 'another', name: 'app-02_replica' },
  ];
  const asked = (status: string) => {
    const server = backupServer();
    server.job({ name: 'daily', vms: [VM.id], status });
    return execution(server).mover.standing({ to: at, token, leases });
  };

  test('counts a VM that a job is copying, an adopted one too', async () => {
    expect(await asked('Running')).toEqual({ standing: [VM.id] });
  });

  test('has let go of a VM when its run has ended', async () => {
    expect(await asked('Success')).toEqual({ standing: [] });
  });
});

describe('an Azure Migrate project', () => {
  const at = { product: 'azure-migrate', instance: 'shop', contract: 1 } as const;
  const leases = [
    { journey: 'journey-1', name: 'WEB-01' },
    { journey: 'another', name: 'app-02' },
  ];
  const asked = (item: Parameters<ReturnType<typeof project>['put']>[1]) => {
    const azure = project();
    azure.put(ITEM, item);
    return moverOver(azure).standing({ to: at, token, leases });
  };

  test.each(['InitialReplicationInProgress', 'PlannedFailoverInitiated', 'SomethingNew'])(
    'counts a VM in %s, by the name it lands under',
    async (state) => {
      expect(await asked(itemIn(state))).toEqual({ standing: ['journey-1'] });
    },
  );

  test.each([READY, FAILED_OVER])('has let go of a VM that is at rest', async (item) => {
    expect(await asked(item)).toEqual({ standing: [] });
  });

  test('that does not answer has not said that nothing stands', async () => {
    const azure = project();
    azure.script(() => {
      throw new Error('no answer');
    });
    await expect(moverOver(azure).standing({ to: at, token, leases })).rejects.toThrow('no answer');
  });
});
