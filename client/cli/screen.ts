import { stripVTControlCharacters } from 'node:util';

const ESC = String.fromCharCode(27);
const HOME = `${ESC}[H`;
const WIPE = `${ESC}[2J`;
/** The screen beside the one with the shell's history, and back; the cursor hidden, and shown. */
const ENTER = `${ESC}[?1049h${ESC}[?25l`;
const LEAVE = `${ESC}[?25h${ESC}[?1049l`;

const CONTROL = /\p{Cc}/gu;

/** As much of a line as fits, without anything that would move the cursor. */
export const fitting = (line: string, columns: number): string => {
  const chars = [...stripVTControlCharacters(line).replace(CONTROL, '\uFFFD')];
  return chars.length <= columns ? chars.join('') : `${chars.slice(0, Math.max(0, columns - 1)).join('')}…`;
};

export interface ScreenOut {
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

/** A terminal that can be drawn on. */
export const isScreen = (out: { readonly isTTY?: boolean }): boolean =>
  out.isTTY === true && process.env.TERM !== 'dumb';

export interface Screen {
  /** Shows these lines; writes only those that are others than before. */
  readonly draw: (lines: readonly string[]) => void;
  /** Draws all of it again the next time: the terminal has another size. */
  readonly forget: () => void;
  /** Gives the terminal back as it was; safe to repeat. */
  readonly leave: () => void;
}

export const openScreen = (out: ScreenOut): Screen => {
  let drawn: readonly string[] | null = null;
  let isOpen = true;
  out.write(ENTER);
  return {
    draw: (lines) => {
      if (!isOpen) return;
      const { rows = 24, columns = 80 } = out;
      const next = Array.from({ length: rows }, (_, row) => fitting(lines[row] ?? '', columns));
      const before = drawn;
      const changes = next.flatMap((line, row) =>
        before && before[row] === line ? [] : [`${ESC}[${row + 1};1H${line}${ESC}[K`],
      );
      if (changes.length > 0 || !before) out.write(`${before ? '' : `${HOME}${WIPE}`}${changes.join('')}`);
      drawn = next;
    },
    forget: () => {
      drawn = null;
    },
    leave: () => {
      if (!isOpen) return;
      isOpen = false;
      out.write(LEAVE);
    },
  };
};

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];

/** Calls it on every way out: an exit, a crash before it is told, a signal, which then does what it does. Answers with what ends that. */
export const beforeLeaving = (giveBack: () => void, signals: readonly NodeJS.Signals[] = SIGNALS): (() => void) => {
  const onSignal = (signal: NodeJS.Signals): void => {
    giveBack();
    stop();
    process.kill(process.pid, signal);
  };
  const stop = (): void => {
    process.off('exit', giveBack);
    process.off('uncaughtException', giveBack);
    process.off('unhandledRejection', giveBack);
    for (const signal of signals) process.off(signal, onSignal);
  };
  process.on('exit', giveBack);
  process.prependListener('uncaughtException', giveBack);
  process.prependListener('unhandledRejection', giveBack);
  for (const signal of signals) process.on(signal, onSignal);
  return stop;
};
