import { type Ack, readAcks } from '../evidence/acks.ts';
import { CannotJudge } from '../evidence/cannot-judge.ts';
import { type Decision, readDecisions } from '../evidence/decisions.ts';
import { type Shelf, shelfIn } from '../evidence/disks.ts';
import { type LabEvent, readEvents } from '../evidence/events.ts';
import { textOf, textsOf } from '../evidence/json-lines.ts';
import { readScenario, type Scenario } from '../evidence/scenario.ts';
import { readTables, type Tables } from '../evidence/tables.ts';
import { type End, endOf } from './end.ts';
import { type Incarnation, incarnationsIn } from './incarnation.ts';
import { type Story, storyOf } from './story.ts';

/** What the log and the scenario do not tell and the caller may. */
export interface Terms {
  /** Most virtual bytes and VMs the plan allows on the staging host. */
  readonly stagingBytes?: number;
  readonly stagingVms?: number;
  /** Shortest hold between sign-off and the removal of a source, ms of lab time. */
  readonly holdMs?: number;
  /** The end every VM should have come to, or one per VM, by uuid or name. */
  readonly expect?: End | Readonly<Record<string, End>>;
  /** Ids and names of jobs that belong to others. */
  readonly theirs?: readonly string[];
}

export interface Run {
  readonly scenario: Scenario;
  readonly terms: Terms;
  readonly events: readonly LabEvent[];
  /** What is wrong with log and decisions as files. */
  readonly flaws: readonly { readonly seqs: readonly number[]; readonly says: string }[];
  readonly decisions: readonly Decision[];
  readonly incarnations: readonly Incarnation[];
  readonly stories: readonly Story[];
  readonly tables: Tables | null;
  readonly shelf: Shelf;
  acksOf(vm: string): readonly Ack[];
  /** Events that name the VM of the scenario, oldest first. */
  eventsOf(origin: string, kinds: RegExp): readonly LabEvent[];
  endOf(story: Story): End;
  expectedOf(story: Story): End | null;
  /** What was really compared. */
  readonly tally: { blocks: number; acks: number };
}

/** Reads all there is of a run. Throws CannotJudge when there is no log or it is another scenario's. */
export const openRun = (scenarioFile: string, dir: string, terms: Terms): Run => {
  const scenario = readScenario(scenarioFile);
  const tables = readTables(dir);
  const { events, flaws } = readEvents(dir, tables?.newest ?? []);
  const decisions = readDecisions(dir);
  const incarnations = incarnationsIn(events, scenario.privateSwitches);
  const stories = scenario.vms.map((wish) => storyOf(wish, incarnations));
  if (stories.every((story) => story.source === null))
    throw new CannotJudge(`${dir} is the state of another scenario than ${scenario.name}`);

  const acks = new Map<string, readonly Ack[]>();
  const byOrigin = eventsByOrigin(events);
  return {
    scenario,
    terms,
    events,
    flaws: [...flaws, ...decisions.flaws.map((says) => ({ seqs: [], says }))],
    decisions: decisions.all.filter((each) => !Number.isNaN(each.time)),
    incarnations,
    stories,
    tables,
    shelf: shelfIn(dir),
    acksOf: (vm) => {
      const known = acks.get(vm) ?? readAcks(dir, vm);
      acks.set(vm, known);
      return known;
    },
    eventsOf: (origin, kinds) => (byOrigin.get(origin) ?? []).filter((event) => kinds.test(event.kind)),
    endOf: (story) => endOf(story, byOrigin.get(story.wish.uuid) ?? []),
    expectedOf: ({ wish }) => {
      const { expect = null } = terms;
      return typeof expect === 'object' ? (expect?.[wish.uuid] ?? expect?.[wish.name] ?? null) : expect;
    },
    tally: { blocks: 0, acks: 0 },
  };
};

/** Runs and jobs may be about several VMs. */
const eventsByOrigin = (events: readonly LabEvent[]): ReadonlyMap<string, LabEvent[]> => {
  const found = new Map<string, LabEvent[]>();
  for (const event of events) {
    const origins = new Set([textOf(event.fields, 'origin') ?? '', ...textsOf(event.fields, 'origins')]);
    for (const origin of origins) {
      const known = found.get(origin);
      if (known) known.push(event);
      else found.set(origin, [event]);
    }
  }
  return found;
};
