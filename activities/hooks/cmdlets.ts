import { queueOf } from '../../domain/address.ts';
import { type HookCall, mayRunInHook } from '../../domain/hook.ts';
import { failureOf } from '../contracts/cmdlet-failures.ts';
import { type CmdletCall, CmdletFailed, type CmdletRunner, RunnerFailed } from '../contracts/cmdlets.ts';
import type { CmdletHooks } from '../contracts/hooks.ts';
import { mishap } from '../contracts/mishap.ts';

const asCall = ({ id, cmdlet, parameters }: HookCall): CmdletCall => ({ id, cmdlet, parameters, select: [] });

/** A process that ended without an answer may have done all, some or nothing of it. */
const wasLost = (thrown: unknown): thrown is RunnerFailed =>
  thrown instanceof RunnerFailed && thrown.kind !== 'refused' && thrown.kind !== 'notStarted';

/** Runs a list of the plan with the catalogue of this queue; what stops or removes is refused here as it was by the plan. */
export const runCmdlets =
  (run: CmdletRunner): CmdletHooks['runCmdlets'] =>
  async (order) => {
    const at = queueOf(order.to);
    const forbidden = order.calls.find(({ cmdlet }) => !mayRunInHook(cmdlet));
    if (forbidden)
      throw mishap.configuration(`${forbidden.cmdlet} stops or removes: a hook may not run it.`, {
        at,
        fix: 'Take it out of the hook in the plan.',
      });
    try {
      const results = await run(order.calls.map(asCall));
      return { ran: results.size };
    } catch (thrown) {
      if (wasLost(thrown) && !order.repeatable)
        throw mishap.vendor(`The answer of the cmdlets was lost: ${thrown.message}`, {
          at,
          changed: 'unknown: the list may not run twice',
          fix: 'Look at what it did; retry runs it again, skip goes on.',
        });
      const changed =
        thrown instanceof CmdletFailed && thrown.results.size === 0 ? 'nothing' : 'earlier calls of the list have run';
      throw failureOf(thrown, { at, doing: 'the cmdlets of a hook ran', changed });
    }
  };
