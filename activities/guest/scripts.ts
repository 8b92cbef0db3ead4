import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join('activities', 'guest', 'scripts');
const INCLUDE = /^#include (parts\/[a-z-]+\.(?:sh|ps1))$/gm;

/** A checkout on Windows may end lines with CR LF, which no `sh` reads. */
const whole = (folder: string, file: string): string =>
  readFileSync(join(folder, file), 'utf8')
    .replaceAll('\r\n', '\n')
    .replace(INCLUDE, (_, part: string) => whole(folder, part).trimEnd());

/**
 * Texts of the scripts that run inside guests, by file name (`inspect.ps1`, `inspect.sh` …), each whole: the parts it includes
 * stand in it. Each takes one argument, Base64 of UTF-8 JSON, and answers one line `<<GUEST>>` JSON `<<END>>`.
 * The folder is looked for from where the process was started.
 */
export const guestScripts = (folder: string = FOLDER): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(sh|ps1)$/.test(entry.name))
      .map(({ name }): [string, string] => [name, whole(folder, name)]),
  );
