import { type Address, CONTRACT } from '../../domain/address.ts';
import { fitsType, nameInZone } from '../../domain/dns-record.ts';
import type { Estate } from '../../domain/estate.ts';
import {
  type CmdletsBody,
  type DnsBody,
  type HookBody,
  type HookCall,
  type HookParameter,
  type HttpBody,
  type Json,
  mayRunInHook,
} from '../../domain/hook.ts';
import { placeholdersIn, SHARED_VALUES, VM_VALUES } from '../../domain/hook-values.ts';
import { instead } from '../text/nearest.ts';
import { instancesOf, queueAmong, queuesOf } from './estate-instances.ts';
import { CATALOGUES, hasParameter, knownCmdlet } from './hook-catalogue.ts';
import type { WrittenHook } from './hook-schema.ts';
import type { PlanFile } from './plan-file.ts';

type At = readonly PropertyKey[];
type Bodies = Pick<WrittenHook, 'http' | 'cmdlets' | 'dns' | 'person'>;

/** What a body is read with. */
export interface BodyReading {
  readonly file: PlanFile;
  readonly estate: Estate;
  /** Values of one VM may stand in it. */
  readonly ofVm: boolean;
}

/** The queue a body runs on, one of these products'. */
const readQueue = <P extends Address['product']>(
  { file, estate }: BodyReading,
  at: At,
  written: string,
  products: readonly P[],
): Address<P> | null => {
  const known = queuesOf(estate, products);
  const found = queueAmong(written, products);
  if (!found) {
    const what = products.map((each) => `estate.${each}`).join(' or ');
    return file.no(at, `"${written}" runs no such hook: it must be of ${what}`, instead(written, known, 'such queues'));
  }
  const { product, instance } = found;
  if (!instancesOf(estate, product).includes(instance))
    return file.no(at, `estate.${product} has no instance "${instance}"`, instead(written, known, 'such queues'));
  return { ...found, contract: CONTRACT };
};

/** Each placeholder is known here and a whole value, for what stands beside it would be raw text. */
const checkText = ({ file, ofVm }: BodyReading, at: At, text: string, within: 'value' | 'path' | 'words'): boolean => {
  const known: readonly string[] = ofVm ? VM_VALUES : SHARED_VALUES;
  let sound = true;
  for (const { name, whole } of placeholdersIn(text, within === 'path' ? 'path' : 'value')) {
    if (!known.includes(name)) {
      const ofOne = (VM_VALUES as readonly string[]).includes(name);
      file.no(
        at,
        ofOne ? `{${name}} is of one VM, and this hook runs once for many` : `{${name}} is no value that is known`,
        ofOne ? 'Leave it out, or give the hook scope: vm.' : instead(name, known, 'values'),
      );
      sound = false;
    } else if (!whole && within !== 'words') {
      const part = within === 'path' ? 'segment or value of the query' : 'value';
      file.no(at, `{${name}} stands for a whole ${part}, not for a part of one`, `Let {${name}} stand alone.`);
      sound = false;
    }
  }
  return sound;
};

const checkJson = (r: BodyReading, at: At, json: Json): boolean => {
  if (typeof json === 'string') return checkText(r, at, json, 'value');
  if (typeof json !== 'object' || json === null) return true;
  return Object.entries(json)
    .map(([key, each]) => checkJson(r, [...at, Array.isArray(json) ? Number(key) : key], each as Json))
    .every(Boolean);
};

const wrongPath = (path: string): string | null => {
  if (!path.startsWith('/')) return 'does not begin with /';
  if (/[\s\\#]/.test(path)) return 'holds a space, a backslash or a #';
  return path.split('?')[0]?.split('/').includes('..') ? 'climbs with ..' : null;
};

const readHttp = (r: BodyReading, at: At, http: NonNullable<Bodies['http']>): HttpBody | null => {
  const on = readQueue(r, [...at, 'on'], http.on, ['hooks']);
  const wrong = wrongPath(http.path);
  if (wrong) r.file.no([...at, 'path'], `The path "${http.path}" ${wrong}`, 'Write it as in /pools/{vm.name}/drain.');
  const sound = checkText(r, [...at, 'path'], http.path, 'path') && !wrong;
  const { body } = http;
  const bodySound = body === undefined || checkJson(r, [...at, 'body'], body as Json);
  if (body !== undefined && http.method === 'GET')
    return r.file.no([...at, 'body'], 'A GET carries no body', 'Take the body out, or use POST.');
  if (!on || !sound || !bodySound) return null;
  const { method, path, expect } = http;
  return { kind: 'http', on, method, path, expect, ...(body === undefined ? {} : { body: body as Json }) };
};

type WrittenCall = NonNullable<Bodies['cmdlets']>['calls'][number];
type WrittenValue = WrittenCall['parameters'][string];

const isRef = (value: WrittenValue): value is Extract<WrittenValue, { ref: string }> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const parameterOf = (value: WrittenValue): HookParameter => {
  if (!isRef(value)) return value;
  const { ref, ...rest } = value;
  return { $ref: ref, ...rest };
};

const checkCall = (r: BodyReading, at: At, product: string, call: WrittenCall, earlier: readonly string[]): boolean => {
  const { file } = r;
  const entry = knownCmdlet(product, call.cmdlet);
  if (!mayRunInHook(call.cmdlet))
    return !!file.no(
      [...at, 'cmdlet'],
      `${call.cmdlet} stops or removes: a hook may not run it`,
      'Take it out; what stops a VM has a step and a gate of its own.',
    );
  if (!entry) {
    const known = (CATALOGUES[product] ?? []).map(({ cmdlet }) => cmdlet).filter(mayRunInHook);
    return !!file.no(
      [...at, 'cmdlet'],
      `${call.cmdlet} is not in the catalogue of ${product}`,
      instead(call.cmdlet, known, 'cmdlets'),
    );
  }
  let sound = true;
  const no = (where: At, message: string, fix: string): void => {
    file.no([...at, ...where], message, fix);
    sound = false;
  };
  if (earlier.includes(call.id)) no(['id'], `The id ${call.id} is used twice`, 'Give each call an id of its own.');
  for (const [name, value] of Object.entries(call.parameters)) {
    const where = ['parameters', name];
    if (!hasParameter(entry, name))
      no(where, `${entry.cmdlet} is not catalogued with -${name}`, instead(name, entry.parameters, 'parameters'));
    if (isRef(value) && !earlier.includes(value.ref))
      no(
        [...where, 'ref'],
        `"${value.ref}" is no earlier call of the list`,
        instead(value.ref, earlier, 'earlier calls'),
      );
    const pattern = entry.patterns?.[name];
    if (pattern !== undefined && (typeof value !== 'string' || !new RegExp(`^(?:${pattern})$`, 'is').test(value)))
      no(where, `${entry.cmdlet} -${name} is narrowed to ${pattern}`, `Write one of ${pattern.replaceAll('|', ', ')}.`);
    for (const text of [
      value,
      ...(isRef(value) ? Object.values(value.where ?? {}) : []),
      ...(Array.isArray(value) ? value : []),
    ])
      if (typeof text === 'string' && !checkText(r, [...at, ...where], text, 'value')) sound = false;
  }
  return sound;
};

const readCmdlets = (r: BodyReading, at: At, written: NonNullable<Bodies['cmdlets']>): CmdletsBody | null => {
  const on = readQueue(r, [...at, 'on'], written.on, Object.keys(CATALOGUES) as ('dns' | 'hyper-v' | 'veeam')[]);
  if (!on) return null;
  const sound = written.calls.map((call, index) =>
    checkCall(
      r,
      [...at, 'calls', index],
      on.product,
      call,
      written.calls.slice(0, index).map(({ id }) => id),
    ),
  );
  if (!sound.every(Boolean)) return null;
  const calls = written.calls.map(
    ({ id, cmdlet, parameters }): HookCall => ({
      id,
      cmdlet,
      parameters: Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, parameterOf(value)])),
    }),
  );
  return { kind: 'cmdlets', on, calls, repeatable: written.repeatable };
};

const isLiteral = (text: string): boolean => placeholdersIn(text).length === 0;

const readDns = (r: BodyReading, at: At, dns: NonNullable<Bodies['dns']>): DnsBody | null => {
  const { file, estate } = r;
  const on = readQueue(r, [...at, 'on'], dns.on, ['dns']);
  const { zone, name, type, data, absent, ttl, ttlOf } = dns;
  const zones = (on && estate.dns?.[on.instance]?.zones) ?? [];
  let sound = on !== null;
  const no = (key: string | null, message: string, fix: string): void => {
    file.no(key === null ? at : [...at, key], message, fix);
    sound = false;
  };
  if (on && !zones.some((each) => each.toLowerCase() === zone.toLowerCase()))
    no('zone', `${dns.on} may not change the zone ${zone}`, instead(zone, zones, 'zones of this server'));
  if (!checkText(r, [...at, 'name'], name, 'value')) sound = false;
  else if (isLiteral(name) && nameInZone(name, zone) === null)
    no('name', `"${name}" is no name in the zone ${zone}`, 'Write the name without its zone.');
  if (data !== undefined && !checkText(r, [...at, 'data'], data, 'value')) sound = false;
  else if (data !== undefined && isLiteral(data) && !fitsType(type, data))
    no(
      'data',
      `"${data}" is nothing that a record of type ${type} holds`,
      type === 'PTR' ? 'Write a full name.' : 'Write an address.',
    );
  if (absent && (data ?? ttl ?? ttlOf) !== undefined)
    no('absent', 'A record that shall not be there has no data and no time to live', 'Take the others out.');
  if (ttl !== undefined && ttlOf !== undefined) no('ttlOf', 'Two times to live are given', 'Keep ttl or ttlOf.');
  if (ttl !== undefined && ttl % 1000 !== 0) no('ttl', 'A time to live counts in seconds', 'Write it as in 5m.');
  if (!absent && data === undefined && ttl === undefined && ttlOf === undefined)
    no(null, 'The hook changes nothing', 'Give it data, ttl, ttlOf or absent.');
  if (!on || !sound) return null;
  return {
    ...{ kind: 'dns', on, zone, name, type },
    ...(absent ? { data: null } : data === undefined ? {} : { data }),
    ...(ttl === undefined ? {} : { ttlMs: ttl }),
    ...(ttlOf === undefined ? {} : { ttlOf }),
  };
};

const KINDS = ['http', 'cmdlets', 'dns', 'person'] as const;

/** The one body that is written; null when none is, or several are, or it was refused. */
export const readBody = (r: BodyReading, at: At, written: Bodies): HookBody | null => {
  const kinds = KINDS.filter((kind) => written[kind] !== undefined);
  if (kinds.length !== 1)
    return r.file.no(
      at,
      kinds.length === 0 ? 'The hook does nothing' : `The hook is ${kinds.join(' and ')} at once`,
      `Give it one of ${KINDS.join(', ')}.`,
    );
  const { http, cmdlets, dns, person } = written;
  if (http) return readHttp(r, [...at, 'http'], http);
  if (cmdlets) return readCmdlets(r, [...at, 'cmdlets'], cmdlets);
  if (dns) return readDns(r, [...at, 'dns'], dns);
  if (!person || !checkText(r, [...at, 'person', 'text'], person.text, 'words')) return null;
  const { text, role, due } = person;
  return { kind: 'person', text, role, ...(due === undefined ? {} : { dueMs: due }) };
};
