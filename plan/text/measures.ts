import { type Wrong, wrong } from '../refusal.ts';

const MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** `14d`, `1h30m`, `500ms` → milliseconds. Units from large to small, each at most once. */
export const readDuration = (text: string): number | Wrong => {
  const match = /^(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?(?:(\d+)ms)?$/.exec(text);
  const refused = wrong(`"${text}" is not a duration`, 'Write it as in 14d, 1h30m, 45s or 500ms.');
  if (!match || text === '') return refused;
  const [, w, d, h, m, s, ms] = match;
  const parts = [
    [w, MS.w],
    [d, MS.d],
    [h, MS.h],
    [m, MS.m],
    [s, MS.s],
    [ms, MS.ms],
  ] as const;
  const total = parts.reduce((sum, [count, unit]) => sum + Number(count ?? 0) * unit, 0);
  return Number.isSafeInteger(total) ? total : refused;
};

/** Milliseconds as `readDuration` reads them: `1h30m`. */
export const durationText = (ms: number): string => {
  let left = ms;
  const parts = (['w', 'd', 'h', 'm', 's', 'ms'] as const).flatMap((unit) => {
    const count = Math.floor(left / MS[unit]);
    left -= count * MS[unit];
    return count > 0 ? [`${count}${unit}`] : [];
  });
  return parts.join('') || '0s';
};

const MB = { mb: 1, mib: 1, gb: 1024, gib: 1024, tb: 1_048_576, tib: 1_048_576 } as const;

const isUnit = (text: string): text is keyof typeof MB => text in MB;

const measure = (text: string): number | null => {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]+)$/i.exec(text);
  const unit = match?.[2]?.toLowerCase() ?? '';
  return match && isUnit(unit) ? Number(match[1]) * MB[unit] : null;
};

/** `8192` or `8 GB` → megabytes. 1 GB is 1024 MB, as hypervisors count. */
export const readMemory = (text: string): number | Wrong => {
  const megabytes = /^\d+$/.test(text) ? Number(text) : measure(text);
  return megabytes !== null && Number.isSafeInteger(megabytes) && megabytes > 0
    ? megabytes
    : wrong(`"${text}" is not a whole number of megabytes`, 'Write megabytes as in 8192, or a size as in 8 GB.');
};

/** `2 TB`, `500 GB` → bytes. 1 GB is 2^30 bytes. */
export const readBytes = (text: string): number | Wrong => {
  const bytes = (measure(text) ?? Number.NaN) * 1_048_576;
  return Number.isSafeInteger(bytes) && bytes > 0
    ? bytes
    : wrong(`"${text}" is not a size`, 'Write it as in 2 TB or 500 GB.');
};
