import { readFileSync } from 'node:fs';
import { CannotJudge } from './cannot-judge.ts';
import { type Fields, listOf, numberOf, objectIn, textOf } from './json-lines.ts';

/** What the plan asks of one adapter where a VM lands. `ip` is resolved: an address the plan keeps is the source's. */
export interface WantedNic {
  readonly network: string;
  readonly vlan: number | null;
  readonly ip: string | null;
}

export interface Landing {
  readonly name: string;
  readonly cpus: number;
  readonly memoryMb: number;
  readonly nics: readonly WantedNic[];
  /** Folder its disks lie in; null where the plan names none. */
  readonly storagePath: string | null;
}

/** A VM of the scenario, as its source and as the plan wants it. */
export interface Wish {
  readonly uuid: string;
  readonly name: string;
  readonly hostname: string;
  readonly power: string;
  readonly staging: Landing;
  readonly target: Landing;
  /** Addresses of the source, adapter by adapter. */
  readonly source: readonly (string | null)[];
  /** Names in DNS that are to follow; none where the estate has no DNS server. */
  readonly names: readonly WantedName[];
}

/** A name that stands for the nth adapter. */
export interface WantedName {
  readonly zone: string;
  readonly name: string;
  readonly nic: number;
}

export interface Scenario {
  readonly name: string;
  readonly vms: readonly Wish[];
  /** Bytes of all volumes of the staging host, and of all storage paths of the target. */
  readonly stagingBytes: number;
  readonly targetBytes: number;
  /** Switches of the staging host no VM is meant to land on: nobody is served there. */
  readonly privateSwitches: ReadonlySet<string>;
}

/** The truth of a run: the lab was built from this file. */
export const readScenario = (path: string): Scenario => {
  const fields = objectIn(textAt(path));
  if (!fields) throw new CannotJudge(`${path} is not a scenario: it holds no JSON object`);
  const paths = listOf(part(fields, 'azure'), 'storagePaths');
  const folders = new Map(paths.map((each) => [text(each, 'name'), text(each, 'path')]));
  const hasDns = typeof fields.dns === 'object' && fields.dns !== null;
  const vms = listOf(fields, 'vms').map((vm) => wishOf(vm, folders, hasDns));
  if (vms.length === 0) throw new CannotJudge(`${path} is not a scenario: it has no VMs`);

  const host = part(fields, 'hyperV');
  const wanted = new Set(vms.flatMap((vm) => vm.staging.nics.map((nic) => nic.network)));
  const switches = Array.isArray(host.switches) ? host.switches.map(String) : [];
  return {
    name: text(fields, 'name'),
    vms,
    stagingBytes: sumOf(listOf(host, 'volumes')),
    targetBytes: sumOf(paths),
    privateSwitches: new Set(switches.filter((name) => !wanted.has(name))),
  };
};

const textAt = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new CannotJudge(`${path} cannot be read`);
  }
};

const wishOf = (vm: Fields, folders: ReadonlyMap<string, string>, hasDns: boolean): Wish => {
  const expected = part(vm, 'expected');
  const own = listOf(vm, 'nics').map((nic) => textOf(nic, 'ip'));
  const target = part(expected, 'target');
  return {
    uuid: text(vm, 'uuid'),
    name: text(vm, 'name'),
    hostname: text(vm, 'hostname'),
    power: text(vm, 'power'),
    staging: landingOf(part(expected, 'staging'), own, null),
    target: landingOf(target, own, folders.get(text(target, 'storagePath')) ?? null),
    source: own,
    names: (hasDns ? listOf(expected, 'dns') : []).map((each) => ({
      zone: text(each, 'zone'),
      name: text(each, 'name'),
      nic: numberOf(each, 'nic') ?? 0,
    })),
  };
};

const landingOf = (fields: Fields, own: readonly (string | null)[], storagePath: string | null): Landing => ({
  name: text(fields, 'name'),
  cpus: numberOf(fields, 'cpus') ?? 0,
  memoryMb: numberOf(fields, 'memoryMb') ?? 0,
  nics: listOf(fields, 'nics').map((nic, n) => ({
    network: text(nic, 'network'),
    vlan: numberOf(nic, 'vlan'),
    ip: textOf(nic, 'ip') ?? own[n] ?? null,
  })),
  storagePath,
});

const part = (fields: Fields, name: string): Fields => {
  const value = fields[name];
  if (typeof value !== 'object' || value === null) throw new CannotJudge(`the scenario has no ${name}`);
  return value as Fields;
};

const text = (fields: Fields, name: string): string => {
  const value = textOf(fields, name);
  if (value === null) throw new CannotJudge(`the scenario lacks a ${name}`);
  return value;
};

const sumOf = (places: readonly Fields[]): number =>
  places.reduce((sum, place) => sum + (numberOf(place, 'bytes') ?? 0), 0);
