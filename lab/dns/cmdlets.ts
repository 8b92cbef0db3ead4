import type { Fault } from '../estate/types.ts';
import {
  type Cmdlet,
  type CmdletContext,
  type CmdletError,
  type CmdletTable,
  cmdlet,
  mutates,
} from '../powershell/cmdlet.ts';
import { subjectOf } from '../powershell/subject.ts';
import { pause } from '../powershell/wait.ts';
import {
  addDnsServerResourceRecord,
  addDnsServerResourceRecordA,
  addDnsServerResourceRecordAaaa,
  addDnsServerResourceRecordCName,
  addDnsServerResourceRecordPtr,
} from './add.ts';
import { dnsError } from './errors.ts';
import { getDnsServerResourceRecord, getDnsServerZone } from './read.ts';
import { removeDnsServerResourceRecord } from './remove.ts';
import { setDnsServerResourceRecord } from './set.ts';

const refusal = ({ detail }: Fault, name: string): CmdletError =>
  dnsError('accessDenied', name, String(detail.message ?? `${name} failed. Access is denied.`));

const asking = (name: string, inner: Cmdlet) => async (ctx: CmdletContext, parameters: Record<string, unknown>) => {
  const fault = ctx.estate.faults.at(`dns.${name}`, subjectOf(parameters));
  if (fault?.kind === 'refused') throw refusal(fault, name);
  if (fault?.kind === 'slow') await pause(ctx.estate, Number(fault.detail.ms ?? 30_000));
  const objects = await inner(ctx, parameters);
  if (fault?.kind === 'errorAfterEffect')
    throw dnsError('rpcFailed', name, `${name} failed. The remote procedure call failed.`);
  return objects;
};

const table: CmdletTable = {
  'Get-DnsServerZone': getDnsServerZone,
  'Get-DnsServerResourceRecord': getDnsServerResourceRecord,
  'Add-DnsServerResourceRecord': addDnsServerResourceRecord,
  'Add-DnsServerResourceRecordA': addDnsServerResourceRecordA,
  'Add-DnsServerResourceRecordAAAA': addDnsServerResourceRecordAaaa,
  'Add-DnsServerResourceRecordCName': addDnsServerResourceRecordCName,
  'Add-DnsServerResourceRecordPtr': addDnsServerResourceRecordPtr,
  'Set-DnsServerResourceRecord': setDnsServerResourceRecord,
  'Remove-DnsServerResourceRecord': removeDnsServerResourceRecord,
};

/** The DnsServer module. What changes anything asks for faults at `dns.<cmdlet>`: `refused`, `slow`, `errorAfterEffect`. */
export const dnsCmdlets: CmdletTable = Object.fromEntries(
  Object.entries(table).map(([name, inner]) => {
    const { manual } = inner;
    return [name, manual && mutates(name, inner) ? cmdlet(manual, asking(name, inner)) : inner];
  }),
);
