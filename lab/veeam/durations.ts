/** Durations at speed 1, in ms. The facts give none for single steps; these are of the size operators see. */
export const RUN_STARTS_MS = 10_000;
export const TASK_PREPARES_MS = 8_000;
export const RUN_ENDS_MS = 4_000;

export const RETENTION_EVERY_MS = 24 * 3_600_000;
/** A licence instance comes back by itself when a VM has had no new point for so long. U §1.3 */
export const LICENCE_HELD_MS = 31 * 24 * 3_600_000;

/** From the start of Instant Recovery: the session has no state yet, then it works, the VM appears, it is ready. */
export const MOUNT_STATELESS_MS = 5_000;
export const MOUNT_STARTS_MS = 15_000;
export const MOUNT_OPENS_MS = 40_000;
export const MOUNT_STOPS_MS = 15_000;
export const MIGRATION_PREPARES_MS = 15_000;
export const MERGE_MS = 10_000;

/** Seconds an access token lasts, and ms a refresh token does. V §2.2 */
export const TOKEN_SECONDS = 900;
export const REFRESH_MS = 14 * 24 * 3_600_000;
