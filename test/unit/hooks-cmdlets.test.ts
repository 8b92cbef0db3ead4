import { CmdletFailed, type CmdletRunner, RunnerFailed } from '../../activities/contracts/cmdlets.ts';
import type { CmdletsOrder } from '../../activities/contracts/hooks.ts';
import { runCmdlets } from '../../activities/hooks/index.ts';
import { CONTRACT } from '../../domain/address.ts';
import { mishapOf, toldOf } from '../support/mishap-of.ts';

const order: CmdletsOrder = {
  to: { product: 'hyper-v', instance: 'stage01', contract: CONTRACT },
  token: 'tranship:src-1/1/hook-look/0',
  repeatable: false,
  calls: [
    { id: 'all', cmdlet: 'Get-VM', parameters: {} },
    { id: 'note', cmdlet: 'Set-VM', parameters: { VM: { $ref: 'all', where: { Name: 'web-03' } }, Notes: 'moving' } },
  ],
};

const lost: CmdletRunner = async () => {
  throw new RunnerFailed('noEnvelope', 'PowerShell ended (code 1) without an answer; what it did is unknown');
};

test('the calls of the plan reach the runner as they are, as data', async () => {
  const heard: unknown[] = [];
  const run: CmdletRunner = async (calls) => {
    heard.push(...calls);
    return new Map(calls.map(({ id }) => [id, { id, objects: [], error: null }]));
  };
  expect(await runCmdlets(run)(order)).toEqual({ ran: 2 });
  expect(heard).toEqual(order.calls.map((call) => ({ ...call, select: [] })));
});

test.each(['Remove-VM', 'stop-vm', 'Move-VMStorage'])(
  '%s never reaches the runner, whoever sent it',
  async (cmdlet) => {
    let ran = false;
    const run: CmdletRunner = async () => {
      ran = true;
      return new Map();
    };
    const calls = [{ id: 'x', cmdlet, parameters: {} }];
    expect([await mishapOf(runCmdlets(run)({ ...order, calls })), ran]).toEqual(['Configuration', false]);
  },
);

test('a lost answer of a list that may not run twice is for a person', async () => {
  expect(await toldOf(runCmdlets(lost)(order))).toMatchObject({
    class: 'Vendor',
    changed: 'unknown: the list may not run twice',
    at: 'hyper-v@stage01',
  });
});

test('a lost answer of a repeatable list is asked for again', async () => {
  expect(await mishapOf(runCmdlets(lost)({ ...order, repeatable: true }))).toBe('Unreachable');
});

test('a list whose first call was refused changed nothing, and a later one may have', async () => {
  const refusing =
    (before: number): CmdletRunner =>
    async ([first, second]) => {
      if (!first || !second) throw new Error('two calls');
      const results = new Map(before > 0 ? [[first.id, { id: first.id, objects: [], error: null }]] : []);
      const error = { message: 'no', category: 'InvalidOperation', fullyQualifiedErrorId: 'X' };
      throw new CmdletFailed(before > 0 ? second : first, error, results);
    };
  expect((await toldOf(runCmdlets(refusing(0))(order))).changed).toBe('nothing');
  expect((await toldOf(runCmdlets(refusing(1))(order))).changed).toBe('earlier calls of the list have run');
});
