import type { Landing } from '../../domain/landing.ts';
import type { Wrong } from '../refusal.ts';
import { readMemory } from '../text/measures.ts';
import { readCpus, readDisks, readGeneration, readPower } from './cells.ts';
import { hopColumn } from './columns.ts';
import { readNics } from './nics.ts';
import type { VmRow } from './sheet.ts';
import type { Target } from './targets.ts';

const asIs = (text: string): string => text;

const readStorage = (row: VmRow, hop: number, target: Target): string => {
  const column = hopColumn(hop, 'storage');
  const storage = row.read(column, asIs, target.onlyStorage);
  if (storage === null) {
    row.no(column, `${column} is empty, and there is more than one place to land`, 'Name one.');
    return '';
  }
  const reason = target.wrongStorage(storage);
  if (reason) row.no(column, `${column}: ${reason.wrong}`, reason.fix);
  return storage;
};

const readHopDisks = (row: VmRow, hop: number, target: Target): Landing['disks'] => {
  const column = hopColumn(hop, 'disks');
  const disks = row.read(column, readDisks, []);
  for (const { source, storagePath } of disks) {
    const reason = storagePath === null ? null : target.wrongStorage(storagePath);
    if (reason) row.no(column, `${column}: disk ${source}: ${reason.wrong}`, reason.fix);
  }
  return disks;
};

const readHopNics = (row: VmRow, hop: number, target: Target): Landing['nics'] => {
  const column = hopColumn(hop, 'nics');
  const nics = row.need(column, readNics, []);
  for (const reason of nics.map(target.wrongNic)) if (reason) row.no(column, `${column}: ${reason.wrong}`, reason.fix);
  return nics;
};

interface Size {
  readonly field: 'cpus' | 'memory';
  readonly reader: (text: string) => number | Wrong;
  readonly check: (size: number) => Wrong | null;
}

/** A cell that takes over the value of the hop before when empty; in the first hop it must be filled. 0 stands in for what was refused. */
const readSize = (row: VmRow, hop: number, before: number | null, { field, reader, check }: Size): number => {
  const column = hopColumn(hop, field);
  const size = before === null ? row.need(column, reader, 0) : row.read(column, reader, before);
  const reason = size === 0 ? null : check(size);
  if (!reason) return size;
  const upToHere = Array.from({ length: hop }, (_, i) => hopColumn(hop - i, field));
  row.no(upToHere.find((each) => row.text(each) !== '') ?? column, `${column}: ${reason.wrong}`, reason.fix);
  return size;
};

/** How the VM shall look after hop `hop`, counting from 1. The name is what the row says, empty when it says nothing. */
export const readLanding = (row: VmRow, hop: number, target: Target, before: Landing | null): Landing => {
  const generation = row.read(hopColumn(hop, 'generation'), readGeneration, null);
  const cpus: Size = { field: 'cpus', reader: readCpus, check: target.wrongCpus };
  const memory: Size = {
    field: 'memory',
    reader: readMemory,
    check: (megabytes) => target.wrongMemory(megabytes, generation),
  };
  return {
    name: row.text(hopColumn(hop, 'name')),
    cpus: readSize(row, hop, before?.cpus ?? null, cpus),
    memoryMb: readSize(row, hop, before?.memoryMb ?? null, memory),
    generation,
    power: row.read(hopColumn(hop, 'power'), readPower, 'on' as const),
    storagePath: readStorage(row, hop, target),
    nics: readHopNics(row, hop, target),
    disks: readHopDisks(row, hop, target),
  };
};
