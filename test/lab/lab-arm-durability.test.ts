import type { LabVm } from '../../lab/estate/types.ts';
import { type ArmBench, armBench, inside } from './lab-arm-bench.ts';

let lab: ArmBench;
beforeEach(async () => {
  lab = await armBench();
});
afterEach(() => lab.stop());

const count = (kind: string): number => lab.events(kind).length;

test('a lab that is restarted at every step protects, fails over and removes as one that is not', async () => {
  const vm: LabVm = lab.staged();
  await lab.prepare();
  await lab.protect(vm);
  const step = async (): Promise<void> => {
    lab.pass(15_000);
    await lab.restart();
  };
  const reach = async (state: string): Promise<void> => {
    for (let n = 0; n < 120 && (await lab.properties(vm)).protectionState !== state; n += 1) await step();
    expect((await lab.properties(vm)).protectionState).toBe(state);
  };
  await reach('Protected');
  await lab.fail(vm);
  await reach('PlannedFailoverCompleted');
  await lab.arm('DELETE', lab.item(vm));
  for (let n = 0; n < 60 && (await lab.arm('GET', lab.item(vm))).status !== 404; n += 1) await step();

  expect((await lab.arm('GET', lab.item(vm))).status).toBe(404);
  expect(lab.vm('azure-local')).toMatchObject({ name: 'web-01', power: 'on' });
  expect([
    count('item.created'),
    count('item.protected'),
    count('failover.accepted'),
    count('failover.ended'),
    count('item.removed'),
  ]).toEqual([1, 1, 1, 1, 1]);
  expect(lab.events('vm.power').filter((event) => event.platform === 'azure-local' && event.to === 'on')).toHaveLength(
    1,
  );
});

test('a token and a signed operation URL outlive a restart', async () => {
  const vm = lab.staged();
  await lab.prepare();
  const url = ((await lab.protect(vm)).headers.get('azure-asyncoperation') ?? '').replace(/^https:\/\/[^/]+/, '');
  const token = lab.token();
  await lab.restart();
  const reply = await lab.raw('GET', url, { authorization: `Bearer ${token}` });
  expect([reply.status, inside(reply.body, 'status')]).toEqual([200, 'InProgress']);
});
