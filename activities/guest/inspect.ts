import type { Baseline, Guest, GuestOrder } from '../contracts/guest.ts';
import { isBlind } from './channels.ts';
import { findingsOfGuest } from './findings-of-guest.ts';
import { seenUp } from './outside.ts';
import type { GuestRoom } from './parts.ts';

/** No service and no volume: its host sees none of them, and an address without its prefix is no plan. */
const fromOutside = async (room: GuestRoom, order: GuestOrder): Promise<Baseline> => {
  const seen = await seenUp(room, order);
  const shown = seen.adapters.flatMap(({ addresses }) => addresses);
  return {
    os: order.os,
    osName: '',
    hostname: '',
    services: [],
    nics: seen.adapters.map(({ mac, name }) => ({ mac, name, addresses: [], gateway: null, dns: [], dhcp: false })),
    volumes: [],
    findings: [
      {
        id: 'PF-215',
        severity: 'warn',
        subject: order.vm.name,
        message: `It has no network here and was seen from its host only: up, addresses ${shown.join(', ') || 'not shown'}. There is no baseline of its services and volumes.`,
        fix: 'Give it a smoke test, or let it run on the source once so that its baseline is taken there.',
      },
    ],
  };
};

/** The guest as it is: what the checks after each hop compare with. Safe to repeat. A Linux without network is seen from its host. */
export const inspect =
  (room: GuestRoom): Guest['inspect'] =>
  async (order) => {
    if (isBlind(order)) return fromOutside(room, order);
    const facts = await room.ask(order, 'inspect', {});
    const { os, osName, hostname, services, nics, volumes } = facts;
    return { os, osName, hostname, services, nics, volumes, findings: findingsOfGuest(order.vm.name, facts) };
  };
