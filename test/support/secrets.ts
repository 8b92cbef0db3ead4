import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { TrialEstate, Written } from '../../tools/estate/estate.ts';

export interface ArgumentWatch {
  /** Every command line that was seen so far. */
  readonly seen: () => string;
  readonly stop: () => void;
}

/** Reads the process list again and again: a secret on a command line shows only while its process lives. */
export const watchArguments = (): ArgumentWatch => {
  const lines = new Set<string>();
  const read = (): void => {
    for (const line of spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).stdout.split('\n')) lines.add(line);
  };
  const timer = setInterval(read, 500);
  return { seen: () => [...lines].join('\n'), stop: () => clearInterval(timer) };
};

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());

/** Where a secret of the trial can be read though it should not: `LAB_PRISM in logs/agent-source.log`. */
export const secretsIn = async (
  trial: TrialEstate,
  histories: readonly unknown[],
  processes: string,
): Promise<readonly string[]> => {
  const { secrets } = JSON.parse(readFileSync(join(trial.folder, 'trial.json'), 'utf8')) as Written;
  const places: [string, string][] = [
    ['a process list', processes],
    // Payloads are bytes in a history: the text must be searched as it was sent.
    [
      'a history',
      histories
        .map((history) =>
          JSON.stringify(history, (_, value) =>
            value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : value,
          ),
        )
        .join('\n'),
    ],
    ...[...filesBelow(join(trial.folder, 'logs')), ...filesBelow(trial.records)].map((path): [string, string] => [
      path,
      readFileSync(path, 'utf8'),
    ]),
  ];
  return Object.entries(secrets).flatMap(([name, value]) =>
    places.flatMap(([place, text]) => (value !== 'none' && text.includes(value) ? [`${name} in ${place}`] : [])),
  );
};
