import type { LabEvent } from '../evidence/events.ts';
import type { Run } from '../run/run.ts';
import type { Story } from '../run/story.ts';

/** What a rule holds against a run: the VM of the scenario it is about, the events that show it, and a sentence. */
export interface Finding {
  /** uuid and name; null when it is about no one VM. */
  readonly vm: { readonly uuid: string; readonly name: string } | null;
  readonly seqs: readonly number[];
  readonly says: string;
}

/** One thing that must hold for every run. */
export interface Rule {
  readonly name: string;
  readonly judge: (run: Run) => readonly Finding[];
}

type Evidence = readonly (LabEvent | null | undefined)[];

export const against = ({ wish }: Story, evidence: Evidence, says: string): Finding => ({
  vm: { uuid: wish.uuid, name: wish.name },
  seqs: evidence.flatMap((event) => (event ? [event.seq] : [])),
  says: `${wish.name}: ${says}`,
});

/** A rule that looks at one VM of the scenario at a time. */
export const perVm = (name: string, judge: (run: Run, story: Story) => readonly Finding[]): Rule => ({
  name,
  judge: (run) => run.stories.flatMap((story) => judge(run, story)),
});
