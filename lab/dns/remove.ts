import { type CmdletContext, cmdlet, Prompt } from '../powershell/cmdlet.ts';
import { dnsError } from './errors.ts';
import { relativeName, sameName } from './names.ts';
import { RECORD, recordFrom, recordObject } from './objects.ts';
import { RR_TYPE } from './read.ts';
import { change, type DnsRecord, pointerOf, recordsIn, sameRecord, TYPES } from './records.ts';
import { nameOf, serverOf, zoneOf } from './server.ts';

const NAME = 'Remove-DnsServerResourceRecord';

const common =
  '-ZoneName|ForwardLookupZone <string> [-PassThru] [-ComputerName|Cn <string>] [-Force] [-ZoneScope <string>] [-VirtualizationInstance <string>]';

type Parameters = Record<string, unknown>;

const meant = (ctx: CmdletContext, zone: string, given: Parameters, server: string): readonly DnsRecord[] => {
  const missing = (code: 'noName' | 'noRecord', name: string) =>
    dnsError(code, NAME, `Failed to get ${name} record in ${zone} zone on ${server} server.`);
  if (given.InputObject !== undefined) {
    const wanted = recordFrom(given.InputObject, zone);
    const found = sameRecord(ctx.estate, wanted);
    if (found) return [found];
    throw missing('noRecord', wanted.name);
  }
  const name = relativeName(String(given.Name), zone);
  const there = recordsIn(ctx.estate, zone).filter((record) => sameName(record.name, name));
  if (there.length === 0) throw missing('noName', name);
  const data = given.RecordData as readonly string[] | undefined;
  const fits = there
    .filter(({ type }) =>
      given.Type === undefined ? type === String(given.RRType).toUpperCase() : TYPES[type] === given.Type,
    )
    .filter((record) => data === undefined || data.some((each) => sameName(each, record.data)));
  if (fits.length === 0) throw missing('noRecord', name);
  return fits;
};

/** Asks unless forced, whatever `-Confirm` says. An address takes the pointer that leads back to its name with it. */
export const removeDnsServerResourceRecord = cmdlet(
  {
    type: NAME,
    syntax: [
      `${common} -InputObject <${RECORD}>`,
      `${common} -RRType ${RR_TYPE} [-RecordData <string[]>] -Name|RecordName <string>`,
      `${common} -Type <int> [-RecordData <string[]>] -Name|RecordName <string>`,
    ],
  },
  (ctx, given: Parameters) => {
    const dns = serverOf(ctx, given.ComputerName, NAME);
    const zone = zoneOf(dns, given.ZoneName, NAME).name;
    const found = meant(ctx, zone, given, nameOf(dns));
    if (given.Force !== true) throw new Prompt(NAME);
    for (const record of found) {
      change(ctx.estate, record, null, `dns:${NAME}`);
      const pointer = record.type === 'A' ? pointerOf(dns, record) : null;
      const back = pointer && sameRecord(ctx.estate, pointer);
      if (back) change(ctx.estate, back, null, `dns:${NAME}`);
    }
    return given.PassThru === true ? found.map(recordObject) : [];
  },
);
