import type { Estate, Fault, LabVm } from '../estate/types.ts';
import { Refusal } from '../wire/exchange.ts';
import { type AppMessage, alreadyInState, errorAnswer, toolsUnreachable } from './errors.ts';
import type { Effects, NewTask, Task } from './tasks.ts';

interface PowerAction {
  readonly operation: string;
  /** The power state it starts from. */
  readonly from: LabVm['power'];
  readonly lastsMs: number;
  readonly act: (estate: Estate, vm: LabVm, by: string) => AppMessage | null;
}

interface PowerPayload {
  /** The guest does not hear the signal. */
  readonly unheard: boolean;
}

const signal =
  (how: 'acpi' | 'guest') =>
  (estate: Estate, vm: LabVm, by: string): null => {
    estate.vms.requestShutdown(vm.id, by, how);
    return null;
  };

/** A graceful task has succeeded when the signal was sent, whatever the guest makes of it. O E.4 */
export const powerActions: Readonly<Record<string, PowerAction>> = {
  'power-on': {
    operation: 'PowerOnVm',
    from: 'off',
    lastsMs: 4_000,
    act: (estate, vm, by) => {
      estate.vms.powerOn(vm.id, by);
      return null;
    },
  },
  'power-off': {
    operation: 'PowerOffVm',
    from: 'on',
    lastsMs: 2_000,
    act: (estate, vm, by) => {
      estate.vms.powerOff(vm.id, by);
      return null;
    },
  },
  shutdown: { operation: 'AcpiShutdownVm', from: 'on', lastsMs: 2_000, act: signal('acpi') },
  'guest-shutdown': {
    operation: 'GuestShutdownVm',
    from: 'on',
    lastsMs: 3_000,
    act: (estate, vm, by) =>
      vm.guest.guestTools && vm.guestUpSince !== null ? signal('guest')(estate, vm, by) : toolsUnreachable,
  },
};

/** The task of an action on a VM. Throws the vendor's refusal when the VM is in the state asked for. */
export const powerTask = (vm: LabVm, action: string, requestId: string, fault: Fault | undefined): NewTask => {
  const known = powerActions[action];
  if (!known || vm.power !== known.from) throw new Refusal(errorAnswer(409, alreadyInState(action, vm.power)));
  return {
    effect: action,
    operation: known.operation,
    vm: vm.id,
    requestId,
    payload: { unheard: fault?.kind === 'guestRefuses' } satisfies PowerPayload,
    lastsMs: known.lastsMs,
    stuckIn: fault?.kind === 'stuckProgress' ? stuckState(fault) : null,
  };
};

const stuckState = (fault: Fault): 'RUNNING' | 'SUSPENDED' =>
  fault.detail.state === 'SUSPENDED' ? 'SUSPENDED' : 'RUNNING';

export const powerEffects = (estate: Estate): Effects =>
  Object.fromEntries(
    Object.entries(powerActions).map(([name, action]) => [
      name,
      (task: Task): AppMessage | null => {
        const vm = estate.vms.get(task.vm);
        if (vm?.power !== action.from) return alreadyInState(name, vm?.power ?? 'unknown');
        if ((task.payload as PowerPayload).unheard) return null;
        return action.act(estate, vm, `prism:${name}:${task.requestId}`);
      },
    ]),
  );
