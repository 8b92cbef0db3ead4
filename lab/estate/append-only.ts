import { closeSync, existsSync, fstatSync, ftruncateSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';

/** A kill can tear the last line of a file that is only ever appended to: cuts it back to its last whole line. */
export const dropTornLine = (path: string): void => {
  if (!existsSync(path)) return;
  const fd = openSync(path, 'r+');
  try {
    const { size } = fstatSync(fd);
    if (size === 0 || byteAt(fd, size - 1) === 0x0a) return;
    ftruncateSync(fd, readFileSync(path).lastIndexOf(0x0a) + 1);
  } finally {
    closeSync(fd);
  }
};

const byteAt = (fd: number, position: number): number | undefined => {
  const one = Buffer.alloc(1);
  readSync(fd, one, 0, 1, position);
  return one[0];
};

/** The last whole line, or null when there is none. */
export const lastLine = (path: string): string | null => {
  if (!existsSync(path)) return null;
  return readFileSync(path, 'utf8').trimEnd().split('\n').at(-1) || null;
};

/** Writes at the end; what was written is readable by other processes when this returns. */
export const appender = (path: string): { append(text: string): void; close(): void } => {
  const fd = openSync(path, 'a');
  return { append: (text) => void writeSync(fd, text), close: () => closeSync(fd) };
};
