import type { DnsInstance } from '../../domain/estate.ts';
import type { CmdletRunner } from '../contracts/cmdlets.ts';
import type { DnsHooks } from '../contracts/hooks.ts';
import { changeRecords } from './change.ts';
import { readRecords } from './read.ts';
import { recordsOf } from './records.ts';

export interface DnsDeps {
  readonly instance: DnsInstance;
  readonly run: CmdletRunner;
}

/** A Windows DNS server, for hooks. */
export const dnsServer = ({ instance, run }: DnsDeps): DnsHooks => {
  const dns = { instance, records: recordsOf(run, instance.server) };
  return { readRecords: readRecords(dns), changeRecords: changeRecords(dns) };
};
