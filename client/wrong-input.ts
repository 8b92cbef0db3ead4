/** The command line, or a file or setting it names, is wrong: exit code 2. Whatever else is refused or fails ends with 1. */
export class WrongInput extends Error {}

/** `what` begins with the place: a file with line and column, or an option. `fix` is one sentence: what to write instead. */
export const wrongInput = (what: string, fix: string): WrongInput => new WrongInput(`${what}\n    ${fix}`);
