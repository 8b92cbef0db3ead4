import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/**
 * Writes DIR/bin/pwsh-<instance> for every instance and says where they are: what an agent's config names as its PowerShell.
 * `standIn` is the absolute path of stand-in.ts; `dir` holds endpoints.json.
 */
export const writeLaunchers = (
  dir: string,
  instances: readonly string[],
  standIn: string,
): Readonly<Record<string, string>> => {
  const bin = join(dir, 'bin');
  mkdirSync(bin, { recursive: true });
  const written = instances.map((instance) => {
    const path = join(bin, `pwsh-${instance}`);
    const words = [process.execPath, '--no-warnings', standIn, join(dir, 'endpoints.json'), instance].map(quoted);
    // A shell a poll: what Node keeps of the compiled stand-in halves what each of them costs.
    const cache = quoted(join(dir, 'cache'));
    writeFileSync(path, `#!/bin/sh\nNODE_COMPILE_CACHE=${cache} exec ${words.join(' ')} "$@"\n`);
    chmodSync(path, 0o755);
    return [instance, path] as const;
  });
  return Object.fromEntries(written);
};
