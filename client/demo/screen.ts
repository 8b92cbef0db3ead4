import { table } from '../cli/print.ts';

export interface Screen {
  /** A line that stays. */
  readonly say: (line: string) => void;
  /** Lines that stay, as they are. */
  readonly print: (text: string) => void;
  /** What is so now: at the foot of a terminal, again and again; in a file, from time to time. */
  readonly show: (head: readonly string[], rows: readonly (readonly string[])[]) => void;
  /** Nothing more is shown. */
  readonly close: () => void;
}

/** Between two tables where nothing can be painted over. */
const TABLE_EVERY_MS = 10_000;
const WIDTH = 160;

/** Events scroll by above a table of how things stand. */
export const screenOn = (out: NodeJS.WriteStream): Screen => {
  const began = Date.now();
  let foot: readonly string[] = [];
  let shownAt = 0;

  const clock = (): string => `${((Date.now() - began) / 1_000).toFixed(0).padStart(4)} s `;
  const wipe = (): void => {
    if (foot.length > 0) out.write(`\u001b[${foot.length}A\u001b[J`);
  };
  const paint = (): void => {
    for (const line of foot) out.write(`${line}\n`);
  };

  const print = (text: string): void => {
    wipe();
    out.write(`${text}\n`);
    paint();
  };

  return {
    say: (line) => print(`${clock()}${line}`),
    print,
    show: (head, rows) => {
      const lines = table(head, rows).split('\n');
      if (out.isTTY) {
        wipe();
        foot = lines.map((line) => line.slice(0, out.columns));
        paint();
        return;
      }
      if (Date.now() - shownAt < TABLE_EVERY_MS) return;
      shownAt = Date.now();
      out.write(`${lines.map((line) => `       ${line.slice(0, WIDTH)}`).join('\n')}\n`);
    },
    close: () => {
      wipe();
      foot = [];
    },
  };
};
