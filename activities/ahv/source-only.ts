import type { Finding } from '../../domain/finding.ts';
import { mishap } from '../contracts/mishap.ts';
import type { Platform } from '../contracts/platform.ts';
import type { Ahv } from './parts.ts';

/** AHV is where journeys begin: nothing lands here, so nothing is reshaped here. */
export const reshape =
  ({ at }: Ahv): Platform['reshape'] =>
  async ({ vm }) => {
    throw mishap.configuration(`${vm.name} cannot land on ${at}: AHV is a source only.`, {
      at,
      vm: vm.name,
      fix: 'Name another platform as the target of this hop.',
    });
  };

/** What a source is checked for while its successor serves: it is off and unplugged. U §3.2 V1-19, U §3.3 V2-11 */
export const health =
  ({ at, vms }: Ahv): Platform['health'] =>
  async ({ vm, hop }) => {
    const id = hop > 1 ? 'V2-11' : 'V1-19';
    const now = await vms.describe((await vms.read(vm)).data);
    const block = (message: string, fix: string): Finding => ({
      id,
      severity: 'block',
      subject: `${vm.name} on ${at}`,
      message,
      fix,
    });
    const findings: Finding[] = [];
    if (now.power !== 'off')
      findings.push(block('The source is on.', 'Find out who started it and stop it before anything else.'));
    const plugged = now.nics.filter((nic) => nic.connected);
    if (plugged.length > 0)
      findings.push(
        block(
          `${plugged.length} of its adapters are plugged in.`,
          'Isolate it again, so that a start by mistake harms nobody.',
        ),
      );
    return { passed: findings.length === 0 ? [id] : [], findings };
  };
