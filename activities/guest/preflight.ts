import { ApplicationFailure } from '@temporalio/common';
import type { Finding, Severity } from '../../domain/finding.ts';
import type { Mishap } from '../../domain/mishap.ts';
import type { Guest, GuestOrder } from '../contracts/guest.ts';
import { isBlind } from './channels.ts';
import { findingsOfGuest } from './findings-of-guest.ts';
import type { GuestRoom } from './parts.ts';

const login = (order: GuestOrder, severity: Severity, message: string, fix: string): Finding => ({
  id: 'PF-217',
  severity,
  subject: order.vm.name,
  message,
  fix,
});

/** A wrong log-in is a finding; a VM that is not there yet has none to try. */
const ofFailure = (order: GuestOrder, thrown: unknown): Finding | null => {
  if (!(thrown instanceof ApplicationFailure)) return null;
  const told = thrown.details?.[0] as Mishap | undefined;
  if (thrown.type === 'Configuration' && told) return login(order, 'block', `${told.message}.`, told.fix);
  return thrown.type === 'Missing'
    ? login(order, 'info', 'It is not there yet: its log-in was not tried.', 'Nothing to do now.')
    : null;
};

/** Logs in and looks around: PF-201 … PF-217 as far as the guest answers them. Changes nothing. U §2.3 */
export const preflight =
  (room: GuestRoom): Guest['preflight'] =>
  async (order) => {
    const { agentVersion } = room;
    const outside = (finding: Finding) => ({ productVersion: 'not entered', agentVersion, findings: [finding] });
    if (isBlind(order)) {
      const message = 'It has no network here: its log-in is tried when it is connected.';
      return outside(login(order, 'info', message, 'See that the log-in holds on its landing too.'));
    }
    try {
      const facts = await room.ask(order, 'inspect', {});
      return { productVersion: facts.osName, agentVersion, findings: findingsOfGuest(order.vm.name, facts) };
    } catch (thrown) {
      const finding = ofFailure(order, thrown);
      if (!finding) throw thrown;
      return outside(finding);
    }
  };
