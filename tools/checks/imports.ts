import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** A room and the rooms it may import from, beside itself. The first room whose name begins a path is its room. */
const ROOMS: readonly (readonly [room: string, may: readonly string[]])[] = [
  ['domain', []],
  // The catalogues say which cmdlets a hook may name.
  [
    'plan',
    ['domain', 'activities/dns/cmdlets.json', 'activities/hyper-v/cmdlets.json', 'activities/veeam/cmdlets.json'],
  ],
  ['activities/contracts', ['domain']],
  ['activities/http', ['activities/contracts', 'domain']],
  ['activities/arm', ['activities/contracts', 'domain']],
  ['activities/ahv', ['activities/http', 'activities/contracts', 'domain']],
  ['activities/veeam', ['activities/http', 'activities/contracts', 'domain']],
  ['activities/hyper-v', ['activities/contracts', 'domain']],
  ['activities/azure-migrate', ['activities/arm', 'activities/contracts', 'domain']],
  ['activities/azure-local', ['activities/arm', 'activities/contracts', 'domain']],
  ['activities/guest', ['activities/contracts', 'domain']],
  ['activities/hooks', ['activities/http', 'activities/contracts', 'domain']],
  ['activities/dns', ['activities/contracts', 'domain']],
  ['activities/notices', ['activities/http', 'activities/contracts', 'domain']],
  ['workflows', ['activities/contracts', 'domain']],
  ['workers', ['activities', 'workflows', 'domain']],
  // Only these two may know the trial estate, and the lab by starting it.
  ['client/cli/lab', ['client', 'lab', 'tools', 'plan', 'domain']],
  ['client/demo', ['client', 'tools', 'workflows', 'plan', 'domain']],
  ['client', ['workers', 'workflows', 'plan', 'tools/background', 'tools/temporal', 'domain', 'activities/contracts']],
  ['tools', ['client', 'workers', 'workflows', 'plan', 'domain', 'activities']],
  ['lab/oracle', []],
  ['lab', []],
  ['test', ['']],
];

/** Rooms that take nothing but types from these: workflows must stay free of what runs outside the sandbox. */
const TYPES_ONLY: readonly (readonly [room: string, from: string])[] = [
  ['workflows', 'activities/contracts'],
  ['client', 'activities/contracts'],
];

const roomOf = (path: string): string | undefined => ROOMS.find(([room]) => path.startsWith(`${room}/`))?.[0];

interface Import {
  readonly from: string;
  readonly typeOnly: boolean;
  readonly line: number;
}

const IMPORT =
  /^\s*(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/gm;

const importsOf = (text: string): Import[] =>
  [...text.matchAll(IMPORT)].map((match) => ({
    from: match[2] ?? match[3] ?? '',
    typeOnly: match[1] !== undefined,
    line: text.slice(0, match.index).split('\n').length,
  }));

const wrongIn = (file: string): string[] => {
  const room = roomOf(file);
  if (!room) return [`${file}: stands in no room of the house`];
  const may = ROOMS.find(([name]) => name === room)?.[1] ?? [];
  return importsOf(readFileSync(file, 'utf8')).flatMap(({ from, typeOnly, line }) => {
    if (!from.startsWith('.'))
      return room === 'domain' && from.startsWith('@temporalio') ? [`${file}:${line}: domain knows no Temporal`] : [];
    const target = normalize(join(dirname(file), from));
    const other = roomOf(target);
    if (other === room || target.startsWith(`${room}/`)) return [];
    if (!may.some((allowed) => target.startsWith(allowed)))
      return [`${file}:${line}: ${room} may not import ${target}`];
    const typesOnly = TYPES_ONLY.some(([here, there]) => here === room && other === there);
    return typesOnly && !typeOnly ? [`${file}:${line}: ${room} takes only types from ${other}`] : [];
  });
};

const files = globSync('{domain,plan,activities,workflows,workers,client,tools,lab,test}/**/*.ts');
const wrong = files.flatMap(wrongIn);
for (const line of wrong) process.stderr.write(`${line}\n`);
process.stdout.write(`imports: ${files.length} files, ${wrong.length} against the direction\n`);
process.exitCode = wrong.length > 0 ? 1 : 0;
