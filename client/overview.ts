export type { Listed } from '../domain/listed.ts';
export { type ListedBatch, type ListFilter, listBatches, listMigrations } from '../workers/listing.ts';
