export { capacity } from './capacity.ts';
export { initialise } from './initialise.ts';
export { migration } from './migration.ts';
export { preflight } from './preflight.ts';
