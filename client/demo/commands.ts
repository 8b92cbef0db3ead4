import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import type { TrialEstate } from '../../tools/estate/estate.ts';

const CLI = resolve(import.meta.dirname, '..', 'cli', 'main.ts');

/** What the commands need to find this estate. */
export const environmentOf = ({ address, folder }: TrialEstate): Readonly<Record<string, string>> => ({
  TEMPORAL_ADDRESS: address,
  TRANSHIP_HOME: join(folder, 'home'),
});

/** Types commands of the product, and shows what they answer; what one of them has said is not said again. Throws when one ends badly. */
export const commandLine = (trial: TrialEstate, say: (line: string) => void) => {
  const shown = new Set<string>();
  return (...words: readonly string[]): Promise<void> => {
    const { promise, resolve: done, reject } = Promise.withResolvers<void>();
    const child = spawn(process.execPath, [CLI, ...words], {
      env: { ...process.env, ...environmentOf(trial) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let told = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        told += text;
      });
    child.on('error', reject);
    child.on('close', (code) => {
      const typed = words.map((word) => word.replace(`${trial.folder}/`, '')).join(' ');
      say(`$ tranship ${typed}`);
      for (const line of told
        .trimEnd()
        .split('\n')
        .filter((each) => !shown.has(each))) {
        shown.add(line);
        say(`  ${line.replaceAll(`${trial.folder}/`, '')}`);
      }
      if (code === 0) done();
      else reject(new Error(`\`tranship ${typed}\` ended with ${code}.`));
    });
    return promise;
  };
};
