import type { LabEvent } from '../evidence/events.ts';
import { type Incarnation, isWired, type Span, servesAt, type VmState } from '../run/incarnation.ts';
import type { Run } from '../run/run.ts';
import { against, type Finding, type Rule } from './rule.ts';

/** Production has one holder: of a VM's identity, and of a MAC or an address on one network. */
export const oneHolder: Rule = {
  name: 'one-holder',
  judge: (run) => [...twoIncarnations(run), ...twoOnOneWire(run)],
};

const twoIncarnations = (run: Run): readonly Finding[] =>
  run.stories.flatMap((story) => {
    const spans = story.incarnations
      .flatMap((vm) => vm.spans.map((span) => ({ vm, span })))
      .toSorted((a, b) => a.span.from.seq - b.span.from.seq);
    return spans.flatMap((first, n) => {
      const second = spans.slice(n + 1).find(({ vm, span }) => vm !== first.vm && isBefore(span.from, first.span));
      if (!second) return [];
      const where = `${first.vm.platform} and ${second.vm.platform}`;
      const evidence = [first.span.from, second.span.from, first.span.to];
      return [against(story, evidence, `it served production on ${where} at the same time.`)];
    });
  });

const isBefore = (event: LabEvent, { to }: Span): boolean => to === null || event.seq < to.seq;

/** VLANs are the same network on every platform. */
const wireOf = (vm: Incarnation, network: string | null, vlan: number | null): string =>
  vlan === null ? `${vm.platform} ${network}` : `VLAN ${vlan}`;

/** Addresses a guest gives itself where it gets none: two may well be the same on their way. */
const SELF_GIVEN = '169.254.';

const claimsOf = (run: Run, vm: Incarnation, { isOn, nics, addresses }: VmState): readonly string[] =>
  !isOn
    ? []
    : nics
        .filter((nic) => isWired(nic, run.scenario.privateSwitches))
        .flatMap((nic) =>
          [nic.mac, ...(addresses.get(nic.mac) ?? []).filter((ip) => !ip.startsWith(SELF_GIVEN))].map(
            (one) => `${one} on ${wireOf(vm, nic.network, nic.vlan)}`,
          ),
        );

/** Two incarnations of one VM that both serve. */
const isToldAlready = (vm: Incarnation, other: Incarnation, { seq }: LabEvent): boolean =>
  vm.origin === other.origin && servesAt(vm, seq) && servesAt(other, seq);

/** Only of different VMs of the scenario, or of ones that are not both serving: the others have been said already. */
const twoOnOneWire = (run: Run): readonly Finding[] => {
  const moments = run.incarnations
    .flatMap((vm) => vm.states.map((state) => ({ vm, state })))
    .toSorted((a, b) => a.state.event.seq - b.state.event.seq);
  const holders = new Map<string, Set<Incarnation>>();
  const held = new Map<Incarnation, readonly string[]>();
  const told = new Set<string>();
  const findings: Finding[] = [];

  for (const { vm, state } of moments) {
    for (const claim of held.get(vm) ?? []) holders.get(claim)?.delete(vm);
    const claims = claimsOf(run, vm, state);
    held.set(vm, claims);
    for (const claim of claims) {
      const others = holders.get(claim) ?? new Set();
      for (const other of others) {
        const key = [claim, vm.id, other.id].toSorted().join();
        const story = run.stories.find(({ wish }) => wish.uuid === vm.origin);
        if (told.has(key) || !story || isToldAlready(vm, other, state.event)) continue;
        told.add(key);
        findings.push(
          against(story, [other.created, state.event], `${claim} is held by ${other.name} on ${other.platform} too.`),
        );
      }
      holders.set(claim, others.add(vm));
    }
  }
  return findings;
};
