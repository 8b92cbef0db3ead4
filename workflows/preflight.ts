import type { Baseline } from '../activities/contracts/guest.ts';
import type { CutoverKind } from '../domain/capability.ts';
import type { Finding } from '../domain/finding.ts';
import { fitness } from '../domain/fitness.ts';
import type { HopOrder, JourneyOrder } from '../domain/plan.ts';
import { tokenOf } from '../domain/token.ts';
import { totalBytes, type VmDescription } from '../domain/vm.ts';
import { guestOrderAt } from './addresses.ts';
import { queuesServed } from './queues.ts';
import { together } from './step.ts';
import { verbsOf } from './verbs.ts';

/** What the whole path says of one VM before anything is touched. */
export interface PathReport {
  /** Null when the source platform does not have the VM; a finding says so. */
  readonly source: VmDescription | null;
  /** Per hop, in order. */
  readonly kinds: readonly (CutoverKind | null)[];
  /** Per hop, whether its mover is given size and networks at protect; null where it does not say. */
  readonly fixesAtProtect?: readonly (boolean | null)[];
  readonly findings: readonly Finding[];
  /** What its guest is like; absent where nobody looked, or where it was off. */
  readonly baseline?: Baseline;
}

const tokenAt = (order: JourneyOrder, hop: number, verb = 'preflight'): string =>
  tokenOf({ vm: order.source.id, hop, verb, round: 0 });

const askHop = async (order: JourneyOrder, hop: HopOrder, bytesNeeded: number) => {
  const verbs = verbsOf(hop, order.policies);
  const common = { token: tokenAt(order, hop.n), journey: order.source.id, landing: hop.landing, bytesNeeded };
  const [mover, target] = await Promise.all([
    verbs.mover.preflight.executeWithOptions({ summary: `mover of hop ${hop.n}` }, [
      {
        ...common,
        to: hop.mover,
        vm: order.source,
        from: hop.from,
        target: hop.to,
        settings: hop.settings,
        hop: hop.n,
      },
    ]),
    verbs.successor.preflight.executeWithOptions({ summary: `target of hop ${hop.n}` }, [
      { ...common, to: hop.to, role: 'target', vm: null },
    ]),
  ]);
  const fit = mover.capabilities ? fitness(hop, mover.capabilities) : [];
  const findings = [...fit, ...mover.findings, ...target.findings].map(
    (finding): Finding => ({ ...finding, hop: hop.n }),
  );
  const { cutover: kind = null, fixesAtProtect: fixes = null } = mover.capabilities ?? {};
  return { kind, fixes, findings };
};

/** Beside the questions to the path: what it answers is for the whole journey. */
const lookInside = (order: JourneyOrder, first: HopOrder, source: VmDescription): Promise<Baseline> =>
  verbsOf(first, order.policies).guestBefore.inspect.executeWithOptions({ summary: `baseline of ${order.name}` }, [
    guestOrderAt(order, first, 'before', source, {
      vm: order.source,
      addresses: source.nics.flatMap((nic) => nic.addresses),
      token: tokenAt(order, 1, 'inspect'),
    }),
  ]);

/**
 * Before hop 1 touches anything, every platform and mover of the whole path is asked, and every queue has a worker: a name that does
 * not resolve (PF-002), a log-in that fails (PF-005) and a mover that is not fit for its hop (PF-009) fail here. A run of its own, so that asking again costs the journey little.
 * `guest`: whether a VM that runs is looked into as well.
 */
export async function preflight(order: JourneyOrder, guest: 'inside' | 'outside' = 'outside'): Promise<PathReport> {
  const [first] = order.hops;
  if (!first) return { source: null, kinds: [], findings: [] };
  await queuesServed(order, order.hops);
  const seen = await verbsOf(first, order.policies).predecessor.preflight.executeWithOptions(
    { summary: 'the source and its VM' },
    [
      {
        to: first.from,
        token: tokenAt(order, 1),
        role: 'source',
        vm: order.source,
        landing: null,
        bytesNeeded: 0,
        journey: order.source.id,
      },
    ],
  );
  const source = seen.description ?? null;
  if (!source) return { source, kinds: [], findings: seen.findings };
  const [hops, baseline] = await together([
    Promise.all(order.hops.map((hop) => askHop(order, hop, totalBytes(source)))),
    guest === 'inside' && source.power === 'on' ? lookInside(order, first, source) : null,
  ]);
  return {
    source,
    kinds: hops.map(({ kind }) => kind),
    fixesAtProtect: hops.map(({ fixes }) => fixes),
    findings: [...seen.findings, ...hops.flatMap((hop) => hop.findings), ...(baseline?.findings ?? [])],
    ...(baseline ? { baseline } : {}),
  };
}
