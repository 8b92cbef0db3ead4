import { withDns } from '../../lab/scenarios/dns.ts';
import { drop, eventOf } from './oracle-bend.ts';
import { hopOne, hopTwo, seed } from './oracle-hops.ts';
import { begun, finish, one, retire, rollBack } from './oracle-journeys.ts';
import { type Draft, log } from './oracle-run.ts';
import { type Bend, bent, type Row } from './oracle-sabotage.ts';
import type { Journey } from './oracle-steps.ts';

interface Started {
  readonly draft: Draft;
  readonly journeys: Journey[];
}

/** An estate with a DNS server, as its log begins. */
const begunWithDns = (): Started => {
  const run = begun(withDns(one()));
  for (const { wish } of run.journeys)
    for (const { zone, name, nic } of wish.expected.dns ?? [])
      log(run.draft, 'dns.changed', { ...record(zone, name), from: null, to: wish.nics[nic]?.ip, by: 'scenario' });
  return run;
};

const record = (zone: string, name: string) => ({ zone, name, type: 'A', ttl: 3600 });

/** Moves every name of the VM from one landing's addresses to another's. */
const follow = (draft: Draft, { wish }: Journey, back: boolean): void => {
  for (const { zone, name, nic } of wish.expected.dns ?? []) {
    const source = wish.nics[nic]?.ip ?? null;
    const target = wish.expected.target.nics[nic]?.ip ?? source;
    const [from, to] = back ? [target, source] : [source, target];
    log(draft, 'dns.changed', { ...record(zone, name), from: null, to, by: 'dns:Add-DnsServerResourceRecordA' });
    log(draft, 'dns.changed', { ...record(zone, name), from, to: null, by: 'dns:Remove-DnsServerResourceRecord' });
  }
};

/** The whole way, names and all. */
export const namedJourney = (): Started => {
  const run = begunWithDns();
  for (const journey of run.journeys) {
    for (const step of [seed, hopOne, hopTwo]) step(run.draft, journey);
    follow(run.draft, journey, false);
    finish(run.draft, journey);
  }
  return run;
};

/** Names were moved too early, and came back with their VM. */
export const namedReturn = (): Started => {
  const run = begunWithDns();
  for (const journey of run.journeys) {
    for (const step of [seed, hopOne]) step(run.draft, journey);
    follow(run.draft, journey, false);
    rollBack(run.draft, journey);
    follow(run.draft, journey, true);
    retire(run.draft, journey);
  }
  return run;
};

const away = (bend: Bend) => bent(namedJourney, bend);

const isNew = (event: Record<string, unknown>): boolean => String(event.by).startsWith('dns:Add');
const isGone = (event: Record<string, unknown>): boolean => String(event.by).startsWith('dns:Remove');

/** Against the names that lead to a VM. */
export const nameSabotages: readonly Row[] = [
  [
    'names',
    'the name still leads to the source',
    away((draft) => {
      drop(draft, 'dns.changed', isNew);
      drop(draft, 'dns.changed', isGone);
    }),
  ],
  ['names', 'the old address is left beside the new one', away((draft) => drop(draft, 'dns.changed', isGone))],
  [
    'names',
    'the new record has a wrong address',
    away((draft) => {
      eventOf(draft, 'dns.changed', isNew).to = '10.10.210.99';
    }),
  ],
  [
    'names',
    'a VM that came back is looked for at the target',
    bent(namedReturn, (draft) => {
      const late = draft.events.filter(({ kind, by }) => kind === 'dns.changed' && by !== 'scenario').slice(2);
      draft.events = draft.events.filter((event) => !late.includes(event));
    }),
  ],
];
