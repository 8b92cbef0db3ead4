/** The last millisecond of the year 9999: what lies beyond is no time that anybody means, and none that can be written. */
const LAST = 253_402_300_799_999;

/** Whether what came is a time in ms since the epoch that can be shown and waited for. */
export const isInstant = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 && value <= LAST;
