import { tell } from './print.ts';

/** What a person types at the terminal. */
export const askBack = async (question: string): Promise<string> => {
  const { createInterface } = await import('node:readline/promises');
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const typed = await prompt.question(question);
  prompt.close();
  return typed.trim();
};

/** A gate that cannot be undone is opened only by someone who typed what they saw. */
const confirm = async (fingerprint: string): Promise<boolean> => {
  if (!process.stdin.isTTY) return false;
  return (await askBack(`This cannot be undone. Type ${fingerprint} to approve: `)) === fingerprint;
};

export interface Look {
  /** What is there now. */
  readonly fingerprint: string;
  /** What the person says they saw. */
  readonly seen: string | undefined;
  readonly isIrreversible: boolean;
  /** What is to be looked at. */
  readonly shown: () => string | Promise<string>;
  /** The command that says it was seen. */
  readonly again: string;
}

/** Whether what was seen may be approved: it is what is there now, and who cannot be asked back has said so beforehand. */
export const heedSeen = async ({ fingerprint, seen, isIrreversible, shown, again }: Look): Promise<void> => {
  if (seen !== undefined && seen !== fingerprint)
    throw new Error(
      `What you saw (${seen}) is not what is there now (${fingerprint}). Look again, then decide.\n    ${again} ${fingerprint}`,
    );
  if (seen !== undefined || !isIrreversible) return;
  tell(await shown());
  if (!(await confirm(fingerprint)))
    throw new Error(`Not approved. Look at what is shown, then:\n    ${again} ${fingerprint}`);
};
