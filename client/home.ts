import { join } from 'node:path';

/** Where Tranship keeps what is its own: the trial server's file, records, logs, notes of what runs in the background. */
export const homeFolder = (): string => process.env.TRANSHIP_HOME ?? '.tranship';

export const recordsFolder = (): string => join(homeFolder(), 'records');
