/** As long as anything that a person says may be: it stays in every view and record for good. */
export const MOST_SAID = 10_000;

/** Whether a comment or the like is none, or a text of a length that can be kept. A signal may carry anything. */
export const isSayable = (came: unknown): boolean =>
  came === undefined || came === null || (typeof came === 'string' && came.length <= MOST_SAID);

const MOST_TOLD = 2_000;

/** A refusal quotes what was refused, which may be of any length; the newest are kept, and shown each time. */
export const told = (text: string): string => (text.length <= MOST_TOLD ? text : `${text.slice(0, MOST_TOLD)} …`);

/** A signature carries the groups of who signed, and they may be many. What is no text was not signed. */
export const isSealable = (came: unknown): boolean => typeof came !== 'string' || came.length <= 100_000;

/** The server takes no longer id than this, and stops a workflow that would tell such a one. */
const MOST_ID = 1_000;

/** Whether what came can be the id of a workflow. */
export const isId = (came: unknown): came is string =>
  typeof came === 'string' && came !== '' && came.length <= MOST_ID;

/** A name that people, lists and search go by. */
export const isName = (came: unknown): came is string =>
  typeof came === 'string' && came.trim() !== '' && came.length <= 200;
