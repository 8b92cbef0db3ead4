export { capacity } from './capacity.ts';
export { migration } from './migration.ts';
