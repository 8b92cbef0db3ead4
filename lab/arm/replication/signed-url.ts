import { createHash, createHmac } from 'node:crypto';
import type { Call } from '../http/call.ts';
import type { Lab } from '../lab.ts';
import { lastOf } from '../names.ts';

/** `length` characters of base64url that follow from `seed`. */
const filler = (seed: string, length: number): string => {
  const parts: string[] = [];
  for (let n = 0; parts.join('').length < length; n += 1) {
    parts.push(createHmac('sha512', seed).update(String(n)).digest('base64url'));
  }
  return parts.join('').slice(0, length);
};

interface Stamp {
  readonly t: string;
  readonly c: string;
  readonly s: string;
  readonly h: string;
}

/** The service signs every operation URL: a certificate of about 2.6 kB, a 342 character signature and a 43 character hash. A §1.5 */
const stamp = (lab: Lab, path: string, t: string): Stamp => {
  const seed = `${lab.estate.scenario.azure.subscription}/${path.toLowerCase()}/${t}`;
  return {
    t,
    c: `MII${filler(lab.names.vaultServiceId, 2600)}`,
    s: filler(seed, 342),
    h: createHash('sha256').update(seed).digest('base64url'),
  };
};

const ticks = (ms: number): string => String(621_355_968_000_000_000n + BigInt(Math.round(ms * 10_000)));

/** The region's name with a blank, as it stands in operation URLs: `Central US`. */
const regionName = (location: string): string =>
  ({
    centralus: 'Central US',
    centraluseuap: 'Central US EUAP',
    westus2: 'West US 2',
    northeurope: 'North Europe',
    westeurope: 'West Europe',
    southeastasia: 'Southeast Asia',
    eastasia: 'East Asia',
  })[location.toLowerCase()] ?? `${location.charAt(0).toUpperCase()}${location.slice(1)} Region`;

/** Both headers of an accepted write. They name one operation under two signatures; neither may be shortened or rebuilt. */
export const operationHeaders = (call: Call, job: string): Record<string, string> => {
  const { lab } = call;
  const path = `${lab.names.group}/providers/Microsoft.DataReplication/locations/${regionName(lab.estate.scenario.azure.location)}/operationResults/${job}_${lab.names.vaultServiceId}`;
  const force = call.query.get('forceDelete');
  const signed = (offset: number): string => {
    const { t, c, s, h } = stamp(lab, path, ticks(call.now + offset));
    const url = `${call.origin}${path.split('/').map(encodeURIComponent).join('/')}?api-version=${call.version}`;
    return `${url}${force === null ? '' : `&forceDelete=${force}`}&t=${t}&c=${c}&s=${s}&h=${h}`;
  };
  return {
    'azure-asyncoperation': signed(0),
    location: signed(0.0154),
    'retry-after': '15',
    'x-ms-throttling-version': 'v1',
  };
};

export const isSigned = (call: Call): boolean => {
  const t = call.query.get('t') ?? '';
  const { c, s, h } = stamp(call.lab, call.id, t);
  return call.query.get('c') === c && call.query.get('s') === s && call.query.get('h') === h;
};

/** The job an operation URL is about: what precedes the first `_` of its last segment. A §0.4 */
export const jobOf = (call: Call): string => lastOf(call.id).split('_')[0] ?? '';
