import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Freeze, FreezeEdit } from '../domain/freeze.ts';
import type { ProgrammeOrder, WaveResumed } from '../domain/programme.ts';
import type { BatchReport } from '../domain/programme-progress.ts';
import type { ProgrammeGlance } from '../domain/programme-text.ts';

export const programmeId = (programme: string): string => `programme/${programme}`;

/** Where the order of a batch waits until its programme says that its turn has come. */
export const heldBatchId = (programme: string, batch: string): string => `held/${programme}/${batch}`;

export interface ProgrammeView extends ProgrammeGlance {
  readonly isOver: boolean;
}

/** Who pauses a whole programme. */
export interface Pause {
  readonly by: string;
  readonly why: string;
}

export const programmeView = defineQuery<ProgrammeView>('view');

/** No batch begins, no group cuts over; what is copied goes on. */
export const pauseProgramme = defineUpdate<void, [Pause]>('pause');
export const pauseProgrammeSignal = defineSignal<[Pause]>('pause');
/** Lifts a pause. A stopped wave or a freeze holds on. */
export const resumeProgramme = defineUpdate<void, [{ readonly by: string }]>('resume');
export const resumeProgrammeSignal = defineSignal<[{ readonly by: string }]>('resume');

/** Gate H-17: goes on after a breach. Refused without history where other figures were seen. */
export const resumeWave = defineUpdate<void, [WaveResumed]>('resumeWave');
export const resumeWaveSignal = defineSignal<[WaveResumed]>('resumeWave');

/** Adds or takes away a freeze while the programme runs. Answers with all there are. */
export const editFreeze = defineUpdate<readonly Freeze[], [FreezeEdit]>('freeze');
export const editFreezeSignal = defineSignal<[FreezeEdit]>('freeze');

/** The plan as it is now: order, dependencies, windows, limits. */
export const replanProgramme = defineUpdate<void, [ProgrammeOrder]>('replan');

/** From the orders of its batches. */
export const batchReport = defineSignal<[BatchReport]>('batchReport');
