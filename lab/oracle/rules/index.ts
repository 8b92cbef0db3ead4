import { blocks } from './blocks.ts';
import { capacity } from './capacity.ts';
import { decisions } from './decisions.ts';
import { effects } from './effects.ts';
import { endState } from './end-state.ts';
import { fence } from './fence.ts';
import { finalSync } from './final-sync.ts';
import { landing } from './landing.ts';
import { leftovers } from './leftovers.ts';
import { names } from './names.ts';
import { nothingEarly } from './nothing-early.ts';
import { oneHolder } from './one-holder.ts';
import { rig } from './rig.ts';
import { rollbackLoss } from './rollback-loss.ts';
import type { Rule } from './rule.ts';

/** All a run is judged by, in the order charges are told. */
export const rules: readonly Rule[] = [
  blocks,
  landing,
  oneHolder,
  fence,
  finalSync,
  capacity,
  rollbackLoss,
  decisions,
  nothingEarly,
  leftovers,
  names,
  effects,
  rig,
  endState,
];
