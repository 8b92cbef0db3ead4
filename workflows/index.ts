export { batch } from './batch.ts';
export { capacity } from './capacity.ts';
export { initialise } from './initialise.ts';
export { inquire } from './inquire.ts';
export { inventory } from './inventory.ts';
export { kickOff } from './kick-off.ts';
export { migration } from './migration.ts';
export { preflight } from './preflight.ts';
