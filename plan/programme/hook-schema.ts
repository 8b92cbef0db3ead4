import * as z from 'zod';
import { RECORD_TYPES } from '../../domain/dns-record.ts';
import { METHODS } from '../../domain/hook.ts';
import {
  ca,
  duration,
  endpoint,
  executable,
  HEADER,
  name,
  patternText,
  secret,
  signature,
  text,
} from './schema-words.ts';

const headers = <T extends z.ZodType>(description: string, value: T) =>
  z.record(z.string().regex(HEADER), value).meta({ description });

export const hookInstance = z.strictObject({
  endpoint: endpoint('What hooks send requests to', 'https://lb.contoso.example/api'),
  ca,
  headers: headers('Headers of every request', text('Value of the header', 'tranship')).exactOptional(),
  secretHeaders: headers(
    'Headers whose whole value is a secret',
    secret('Reference to the value of the header'),
  ).exactOptional(),
  signature: signature('Signs every request with HMAC-SHA256').exactOptional(),
});

const ZONE = /^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9])?$/;
const zone = (description: string) => patternText(description, 'contoso.example', ZONE, 'the name of a zone');

export const dnsInstance = z.strictObject({
  server: text('Name of the DNS server', 'dc01.contoso.example'),
  powershell: executable,
  zones: z
    .array(zone('A zone that the server holds as primary'))
    .min(1)
    .meta({ description: 'Zones that hooks may change; no other one is touched', examples: [['contoso.example']] }),
});

const on = (description: string, example: string) =>
  patternText(description, example, /^[a-z][a-z0-9-]*@[A-Za-z0-9][A-Za-z0-9._-]*$/, 'of the form product@instance');

const http = z
  .strictObject({
    on: on('Instance under estate.hooks', 'hooks@lb'),
    method: z.enum(METHODS).meta({ description: 'Method of the request', examples: ['POST'] }),
    path: text('Path after the endpoint; {vm.name} and the like stand for a whole segment', '/pools/{vm.name}/drain'),
    body: z
      .json()
      .meta({
        description: 'JSON to send; {vm.name} and the like stand for a whole value',
        examples: ['{ state: drained }'],
      })
      .exactOptional(),
    expect: z
      .array(z.int().min(100).max(599))
      .min(1)
      .meta({ description: 'Status codes that say it was done', examples: [[200, 204]] })
      .prefault([200, 201, 202, 204]),
  })
  .meta({ description: 'One HTTP request' });

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

const reference = z.strictObject({
  ref: text('Id of an earlier call of the list: its objects', 'vm'),
  where: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .meta({ description: 'Only objects whose properties are equal to these', examples: ['{ Name: web-03 }'] })
    .exactOptional(),
  property: text('One property of each object', 'Id').exactOptional(),
});

const cmdlets = z
  .strictObject({
    on: on('Queue whose agent runs them', 'hyper-v@stage01'),
    calls: z
      .array(
        z.strictObject({
          id: name('Name of the call, for later ones', 'vm'),
          cmdlet: text('A cmdlet of the catalogue of that agent', 'Get-VM'),
          parameters: z
            .record(z.string(), z.union([scalar, reference, z.array(scalar)]))
            .meta({ description: 'Its parameters, by name; a switch is true', examples: ['{ Name: web-03 }'] })
            .prefault({}),
        }),
      )
      .min(1)
      .meta({ description: 'Calls, in order' }),
    repeatable: z
      .boolean()
      .meta({
        description: 'Running the list twice does no more than once; else a lost answer is for a person',
        examples: [true],
      })
      .prefault(false),
  })
  .meta({ description: 'A list of cmdlets' });

const dns = z
  .strictObject({
    on: on('Instance under estate.dns', 'dns@dc01'),
    zone: zone('Zone the record is in'),
    name: text('Name in the zone; an address stands for its reverse name', '{vm.name}'),
    type: z.enum(RECORD_TYPES).meta({ description: 'Type of the record', examples: ['A'] }),
    data: text('What it shall hold: an address, or a name for PTR', '{landing.address}').exactOptional(),
    absent: z
      .literal(true)
      .meta({ description: 'It shall not be there', examples: [true] })
      .exactOptional(),
    ttl: duration('Time to live it shall have', '5m').exactOptional(),
    ttlOf: name('An earlier hook: the time to live that it found is given back', 'lower-ttl').exactOptional(),
  })
  .meta({ description: 'A change of records in a Windows DNS server' });

const person = z
  .strictObject({
    text: text('What is to be done', 'Silence the monitoring of {vm.name} for four hours.'),
    role: text('Who does such things', 'monitoring'),
    due: duration('After this it is shown as overdue', '4h').exactOptional(),
  })
  .meta({ description: 'A step for a person' });

const kinds = {
  http: http.exactOptional(),
  cmdlets: cmdlets.exactOptional(),
  dns: dns.exactOptional(),
  person: person.exactOptional(),
};

const names = (description: string, example: string) =>
  z
    .array(text(description, example))
    .min(1)
    .meta({ description, examples: [[example]] })
    .exactOptional();

export const hookSchema = z.strictObject({
  name: name('Name of the hook; part of its token', 'drain'),
  at: text('before or after, and the point', 'before cutOver'),
  hop: z
    .union([z.int().min(1), z.literal('every')])
    .meta({ description: 'In which hop; every one when absent', examples: [1] })
    .prefault('every'),
  scope: z
    .enum(['vm', 'group', 'batch'])
    .meta({ description: 'For each VM, or once for its group or batch', examples: ['group'] })
    .prefault('vm'),
  order: z
    .int()
    .meta({ description: 'Lower comes first; equal ones come as they are listed', examples: [10] })
    .prefault(0),
  timeout: duration('After this it has failed; a person has no limit when absent', '5m').exactOptional(),
  mustSucceed: z
    .boolean()
    .meta({ description: 'When false, a failure is noted as a finding and the journey goes on', examples: [false] })
    .prefault(true),
  only: z
    .strictObject({
      batches: names('A batch of the plan', 'wave-01'),
      groups: names('A group of vms.csv', 'db'),
      vms: names('A VM of vms.csv', 'web-03'),
    })
    .meta({ description: 'Whom it is for; all when absent' })
    .exactOptional(),
  ...kinds,
  undo: z.strictObject(kinds).meta({ description: 'What a rollback does about it' }).exactOptional(),
});

export type WrittenHook = z.output<typeof hookSchema>;
