import { isAlive } from './alive.ts';
import { type Noted, readNotes, strike } from './notes.ts';

const PATIENCE_MS = 15_000;
const LOOK_MS = 50;

const signal = (pid: number, name: 'SIGTERM' | 'SIGKILL'): void => {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
};

const gone = async (noted: Noted, withinMs: number): Promise<boolean> => {
  const deadline = Date.now() + withinMs;
  while (isAlive(noted)) {
    if (Date.now() > deadline) return false;
    await new Promise((again) => setTimeout(again, LOOK_MS));
  }
  return true;
};

export interface Ended {
  readonly name: string;
  readonly pid: number;
  /** `was gone`: it had ended by itself. */
  readonly how: 'ended' | 'killed' | 'was gone';
}

const end = async (noted: Noted): Promise<Ended> => {
  const { name, pid } = noted;
  if (!isAlive(noted)) return { name, pid, how: 'was gone' };
  signal(pid, 'SIGTERM');
  if (await gone(noted, PATIENCE_MS)) return { name, pid, how: 'ended' };
  signal(pid, 'SIGKILL');
  if (await gone(noted, PATIENCE_MS)) return { name, pid, how: 'killed' };
  throw new Error(`${name} (process ${pid}) does not end.`);
};

/** Ends what was started in the background below this folder, the newest first: agents before the lab and the server they use. */
export const endBackground = async (home: string): Promise<readonly Ended[]> => {
  const ended: Ended[] = [];
  for (const noted of [...readNotes(home)].reverse()) {
    ended.push(await end(noted));
    strike(home, noted.name);
  }
  return ended;
};
