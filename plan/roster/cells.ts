import type { LandingDisk } from '../../domain/landing.ts';
import type { Smoke } from '../../domain/plan.ts';
import type { OsFamily } from '../../domain/vm.ts';
import { type Wrong, wrong } from '../refusal.ts';

/** Readers of single cells of vms.csv: the text of a cell in, its meaning or what is wrong with it out. */

const YES = ['yes', 'true', '1'];
const NO = ['no', 'false', '0'];

export const readYesNo = (text: string): boolean | Wrong => {
  const word = text.toLowerCase();
  if (YES.includes(word)) return true;
  return NO.includes(word) ? false : wrong(`"${text}" is neither yes nor no`, 'Write yes or no.');
};

export const readPower = (text: string): 'on' | 'off' | Wrong => {
  const word = text.toLowerCase();
  return word === 'on' || word === 'off' ? word : wrong(`"${text}" is neither on nor off`, 'Write on or off.');
};

export const readGeneration = (text: string): 1 | 2 | Wrong => {
  if (text === '1') return 1;
  return text === '2'
    ? 2
    : wrong(`"${text}" is not a generation`, 'Write 1 or 2, or leave it empty to keep what the VM has.');
};

export const readOs = (text: string): OsFamily | Wrong => {
  const word = text.toLowerCase();
  return word === 'windows' || word === 'linux'
    ? word
    : wrong(`"${text}" is not an OS family`, 'Write windows or linux, or leave it empty.');
};

export const readCpus = (text: string): number | Wrong => {
  const cpus = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  return cpus > 0 ? cpus : wrong(`"${text}" is not a number of virtual CPUs`, 'Write a whole number such as 4.');
};

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Platforms write ids in either case; ours are lower. */
export const readId = (text: string): string | Wrong =>
  UUID.test(text)
    ? text.toLowerCase()
    : wrong(
        `"${text}" is not a VM id`,
        'Copy the id the source platform shows, as in 7c9f0d52-3c1e-4b7a-9f0e-2a6d5b8c1e44, or leave it empty and give the name.',
      );

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** Names that become part of workflow ids and search attributes. */
export const readLabel = (text: string): string | Wrong =>
  NAME.test(text)
    ? text
    : wrong(
        `"${text}" is not a name here`,
        'Use letters, digits, dots, dashes and underscores, beginning with a letter or digit.',
      );

/** `0:path; 1:path`; disks that are not named land with the rest of the VM. */
export const readDisks = (text: string): readonly LandingDisk[] | Wrong => {
  const disks: LandingDisk[] = [];
  for (const part of text
    .split(';')
    .map((piece) => piece.trim())
    .filter((piece) => piece !== '')) {
    const match = /^(\d{1,3})\s*:\s*(\S.*)$/.exec(part);
    if (!match?.[2]) return wrong(`"${part}" is not a disk and its storage`, 'Write it as in 0:fast; 1:slow.');
    const source = Number(match[1]);
    if (disks.some((disk) => disk.source === source))
      return wrong(`Disk ${source} is given twice`, 'Number the disks as the source lists them, from 0.');
    disks.push({ source, storagePath: match[2] });
  }
  return disks.sort((a, b) => a.source - b.source);
};

const SMOKE = 'Write none, tcp://10.1.2.3:443, or https://app.contoso.example/health expects 200.';

/** `none` · `tcp://host:port` · `http(s)://… [expects TEXT]`. */
export const readSmoke = (text: string): Smoke | Wrong => {
  if (text.toLowerCase() === 'none') return { kind: 'none', target: '', expect: '' };
  const tcp = /^tcp:\/\/([^\s/:]+):(\d{1,5})$/i.exec(text);
  if (tcp && Number(tcp[2]) >= 1 && Number(tcp[2]) <= 65_535)
    return { kind: 'tcp', target: `${tcp[1]}:${tcp[2]}`, expect: '' };
  const http = /^(https?:\/\/\S+)(?:\s+expects\s+(\S.*))?$/i.exec(text);
  if (http?.[1] && URL.canParse(http[1])) return { kind: 'http', target: http[1], expect: http[2] ?? '200' };
  return wrong(`"${text}" is not a smoke test`, SMOKE);
};
