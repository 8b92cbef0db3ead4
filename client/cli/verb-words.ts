import type { Verb } from '../../domain/verbs.ts';

/** What each verb does, as its help says. */
export const MEANS: Readonly<Record<Verb, string>> = {
  retry: 'try the parked step again',
  editAndRetry: 'change what a hop is to do, then try again; a gate that showed it otherwise opens anew',
  repair: 'put right what the failed step left, then try again',
  skip: 'go on without the parked step, where that is safe; says why',
  forceOff: 'turn the VM off without its guest; opens a gate first',
  keepSyncing: 'hold it at its cut-over gate while its copy is kept up to date, until resume',
  edit: 'change landing, window or settings of a hop whose cut-over has not begun',
  defer: 'take the VM out of this batch, before it was touched, to move in another one',
  rollBack: 'go back to the platform before; asks at a gate when writes would be lost',
  eject: 'take the VM out before it was touched',
  cancel: 'end the migration the safest way there is: eject before the fence, roll back after it',
  pause: 'start nothing new; running copies go on',
  resume: 'go on after a pause, or after keep-syncing',
};

/** Examples below the help. */
export const TYPED: Readonly<Record<Verb, readonly string[]>> = {
  retry: ['tranship retry web-03', 'tranship retry web-03 --step "cut over"'],
  editAndRetry: [
    'tranship edit-and-retry web-03 --hop 1 --window "2026-11-21 20:00,2026-11-22 04:00,Europe/Vienna"',
    'tranship edit-and-retry web-03 --hop 2 --set recreateFailed=true',
  ],
  repair: ['tranship repair web-03'],
  skip: ['tranship skip web-03 --comment "no rehearsal network tonight"'],
  forceOff: ['tranship force-off web-03 --comment "guest hangs, owner agrees"'],
  keepSyncing: ['tranship keep-syncing web-03 --comment "month-end run, the owner calls"'],
  edit: [
    'tranship edit web-03 --hop 2 --landing-file web-03.json    # {"cpus": 4, "memoryMb": 16384}',
    'tranship edit web-03 --hop 1 --window any',
  ],
  defer: ['tranship defer web-03 --to wave-04 --comment "the owner asked"'],
  rollBack: [
    'tranship roll-back web-03 --dry-run',
    'tranship roll-back web-03',
    'tranship roll-back --batch wave-01 --group db',
  ],
  eject: ['tranship eject web-03 --comment "stays on AHV"'],
  cancel: ['tranship cancel web-03 --comment "the application is retired"'],
  pause: [
    'tranship pause web-03',
    'tranship pause --batch wave-01 --comment "storage is slow"',
    'tranship pause --batch wave-01 --group db',
  ],
  resume: ['tranship resume web-03', 'tranship resume --batch wave-01'],
};
