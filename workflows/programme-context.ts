import { setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import { isProgrammeOver, type ProgrammeOrder, type ProgrammeState } from '../domain/programme.ts';
import { describeProgramme, glanceOf } from '../domain/programme-text.ts';
import { turnsNow } from '../domain/programme-turns.ts';
import type { ProgrammeView } from './programme-messages.ts';

/** One programme under way. Everything that changes it goes through `change`. */
export interface Programme {
  order: ProgrammeOrder;
  state: ProgrammeState;
  /** Reads its hosts now. */
  looking: boolean;
  /**
   * When it last woke or was changed, ms, and whether its history was long then. What it waits for is judged as of then: an update that is
   * refused runs here and leaves no event, and what began because of it could not be replayed.
   */
  knows: number;
  isLong: boolean;
}

export const wakes = (p: Programme): void => {
  p.knows = Date.now();
  p.isLong = workflowInfo().continueAsNewSuggested;
};

export const viewOf = ({ state }: Programme): ProgrammeView => {
  const now = Date.now();
  return { ...glanceOf(state, turnsNow(state, now), now), isOver: isProgrammeOver(state) };
};

export const change = (p: Programme, state: ProgrammeState): void => {
  wakes(p);
  if (state === p.state) return;
  p.state = state;
  setCurrentDetails(describeProgramme(viewOf(p)));
};
