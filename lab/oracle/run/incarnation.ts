import type { LabEvent } from '../evidence/events.ts';
import { type Fields, listOf, numberOf, textOf, textsOf } from '../evidence/json-lines.ts';
import { rankOf, startsWithHost } from './path.ts';

export interface Nic {
  readonly id: string;
  readonly mac: string;
  readonly network: string | null;
  readonly vlan: number | null;
  readonly connected: boolean;
}

export interface VmDisk {
  readonly file: string;
  readonly bytes: number;
}

/** What a VM was from an event on until its next one. */
export interface VmState {
  readonly event: LabEvent;
  readonly isOn: boolean;
  /** The guest is up. */
  readonly isUp: boolean;
  readonly autostart: boolean;
  readonly cpus: number;
  readonly memoryMb: number;
  readonly disks: readonly VmDisk[];
  readonly nics: readonly Nic[];
  /** MAC → addresses the guest shows. */
  readonly addresses: ReadonlyMap<string, readonly string[]>;
  readonly isGone: boolean;
}

/** From the event on that made it serve; `to` is the event that ended it, null when nothing did. */
export interface Span {
  readonly from: LabEvent;
  readonly to: LabEvent | null;
}

/** One VM of an origin: the source itself, or what a hop made of it. */
export interface Incarnation {
  readonly id: string;
  readonly origin: string;
  readonly platform: string;
  readonly rank: number;
  readonly name: string;
  readonly created: LabEvent;
  readonly removed: LabEvent | null;
  /** One for each event that changed it, the first being its creation. */
  readonly states: readonly VmState[];
  /** Times it served production. */
  readonly spans: readonly Span[];
}

/** Plugged into a network anybody is served on. */
export const isWired = (nic: Nic, privateSwitches: ReadonlySet<string>): boolean =>
  nic.connected && nic.network !== null && !privateSwitches.has(nic.network);

/** Replays every VM of the log, in the order they were made. */
export const incarnationsIn = (
  events: readonly LabEvent[],
  privateSwitches: ReadonlySet<string>,
): readonly Incarnation[] => {
  const byVm = new Map<string, LabEvent[]>();
  for (const event of events) {
    const vm = textOf(event.fields, 'vm');
    if (vm === null || !/^(vm|guest)\./.test(event.kind)) continue;
    const known = byVm.get(vm);
    if (known) known.push(event);
    else byVm.set(vm, [event]);
  }
  return [...byVm].flatMap(([id, own]) => {
    const created = own.find((event) => event.kind === 'vm.created');
    if (!created) return [];
    const states = statesOf(created, own.slice(own.indexOf(created) + 1));
    const platform = textOf(created.fields, 'platform') ?? '';
    return [
      {
        id,
        origin: textOf(created.fields, 'origin') ?? '',
        platform,
        rank: rankOf(platform),
        name: textOf(created.fields, 'name') ?? '',
        created,
        removed: own.find((event) => event.kind === 'vm.removed') ?? null,
        states,
        spans: spansOf(states, privateSwitches),
      },
    ];
  });
};

const statesOf = (created: LabEvent, later: readonly LabEvent[]): readonly VmState[] => {
  const { fields } = created;
  const asked = fields.autostart;
  const states: VmState[] = [
    {
      event: created,
      isOn: false,
      isUp: false,
      autostart: typeof asked === 'boolean' ? asked : startsWithHost(textOf(fields, 'platform') ?? ''),
      cpus: numberOf(fields, 'cpus') ?? 0,
      memoryMb: numberOf(fields, 'memoryMb') ?? 0,
      disks: disksIn(fields),
      nics: listOf(fields, 'nics').map(nicIn),
      addresses: new Map(),
      isGone: false,
    },
  ];
  for (const event of later) {
    const before = states.at(-1);
    const change = CHANGES[event.kind];
    if (before && change) states.push({ ...before, ...change(event.fields, before), event });
  }
  return states;
};

type Change = (fields: Fields, before: VmState) => Partial<VmState>;

const CHANGES: Readonly<Record<string, Change>> = {
  'vm.power': (fields) => ({ isOn: fields.to === 'on', isUp: false, addresses: new Map() }),
  'guest.up': () => ({ isUp: true }),
  'guest.addresses': (fields, { addresses }) => ({
    addresses: new Map([...addresses, [textOf(fields, 'mac') ?? '', textsOf(fields, 'ips')]]),
  }),
  'vm.nic': (fields, { nics }) => ({ nics: rewired(nics, fields) }),
  'vm.autostart': (fields) => ({ autostart: fields.on === true }),
  'vm.reshaped': (fields, before) => ({
    cpus: numberOf(fields, 'cpus') ?? before.cpus,
    memoryMb: numberOf(fields, 'memoryMb') ?? before.memoryMb,
    disks: Array.isArray(fields.disks) ? disksIn(fields) : before.disks,
  }),
  'vm.removed': () => ({ isOn: false, isUp: false, isGone: true, addresses: new Map() }),
};

const disksIn = (fields: Fields): readonly VmDisk[] =>
  listOf(fields, 'disks').map((disk) => ({ file: textOf(disk, 'file') ?? '', bytes: numberOf(disk, 'bytes') ?? 0 }));

/** Events name an adapter `nic`, the list of a creation `id`. */
const nicIn = (fields: Fields): Nic => ({
  id: textOf(fields, 'nic') ?? textOf(fields, 'id') ?? '',
  mac: textOf(fields, 'mac') ?? '',
  network: textOf(fields, 'network'),
  vlan: numberOf(fields, 'vlan'),
  connected: fields.connected === true,
});

const rewired = (nics: readonly Nic[], fields: Fields): readonly Nic[] => {
  const nic = nicIn(fields);
  if (fields.removed === true) return nics.filter((each) => each.id !== nic.id);
  return nics.some((each) => each.id === nic.id)
    ? nics.map((each) => (each.id === nic.id ? nic : each))
    : [...nics, nic];
};

const spansOf = (states: readonly VmState[], privateSwitches: ReadonlySet<string>): readonly Span[] => {
  const spans: Span[] = [];
  let from: LabEvent | null = null;
  for (const { event, isOn, isUp, nics } of states) {
    const serves = isOn && isUp && nics.some((nic) => isWired(nic, privateSwitches));
    if (serves && !from) from = event;
    if (serves || !from) continue;
    spans.push({ from, to: event });
    from = null;
  }
  return from ? [...spans, { from, to: null }] : spans;
};

/** The state after the event numbered `seq`, the VM's own or any other. Null before it was made. */
export const stateAt = ({ states }: Incarnation, seq: number): VmState | null => {
  let low = 0;
  let high = states.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((states[middle]?.event.seq ?? 0) <= seq) low = middle + 1;
    else high = middle;
  }
  return states[low - 1] ?? null;
};

export const lastState = ({ states }: Incarnation): VmState | null => states.at(-1) ?? null;

export const servesAt = ({ spans }: Incarnation, seq: number): boolean =>
  spans.some(({ from, to }) => from.seq <= seq && (to === null || seq < to.seq));

export const hasServedBefore = ({ spans }: Incarnation, seq: number): boolean =>
  spans.some(({ from }) => from.seq < seq);

export const existsAt = ({ created, removed }: Incarnation, seq: number): boolean =>
  created.seq <= seq && (removed === null || seq < removed.seq);
