export { clause } from '../workers/query.ts';
