import type { Estate } from '../estate/types.ts';
import { guestByVmId } from './find.ts';
import { guestVerbs } from './verbs.ts';

/** `lost`: the connection broke before there was an answer. */
export type GuestAnswer = { readonly output: string } | { readonly error: string; readonly lost?: true };

const READS = ['inspect', 'check'];

/**
 * Runs one of the five guest scripts (`inspect.ps1`, `check.sh` …) inside a guest that is up. `base64Json` is its one argument. The output
 * is the answer line `<<GUEST>>{…}<<END>>`; an error is what the channel would say. Faults are asked at `guest.<verb>`.
 */
export const runGuestScript = (estate: Estate, vmId: string, scriptName: string, base64Json: string): GuestAnswer => {
  const verb = scriptName.replace(/^.*[\\/]/, '').replace(/\.(ps1|sh)$/, '');
  const run = guestVerbs[verb];
  if (!run) return { error: `there is no guest script ${scriptName}` };

  const vm = guestByVmId(estate, vmId);
  if (!vm) return { error: 'the guest does not answer', lost: true };

  const argument = decoded(base64Json);
  if (!argument) return { error: `${scriptName}: the argument is not Base64 of a JSON object` };

  const fault = estate.faults.at(`guest.${verb}`, vmId);
  if (fault?.kind === 'refused') return { error: String(fault.detail.message ?? 'Access is denied.') };

  const answer = run(estate, vm, argument);
  if (!READS.includes(verb))
    estate.log('call', { product: 'guest', verb, subject: vmId, origin: vm.origin, status: 0 });
  if (fault?.kind === 'errorAfterEffect' || fault?.kind === 'dropAnswer')
    return { error: 'the session was lost', lost: true };
  return { output: `<<GUEST>>${JSON.stringify(answer)}<<END>>` };
};

const decoded = (base64: string): Record<string, unknown> | null => {
  try {
    const value: unknown = JSON.parse(Buffer.from(base64, 'base64').toString('utf8') || '{}');
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
};
