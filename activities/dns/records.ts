import type { RecordStep, RecordType, ResourceRecord } from '../../domain/dns-record.ts';
import { isTrouble } from '../contracts/cmdlet-failures.ts';
import { type CmdletCall, CmdletFailed, type CmdletRunner } from '../contracts/cmdlets.ts';

/** All records of one type at one name; `name` is as the zone holds it. */
export interface Place {
  readonly zone: string;
  readonly name: string;
  readonly type: RecordType;
}

/** The only file that knows the cmdlets of the module DnsServer. */
export interface Records {
  /** `Primary`, `Secondary`, `Stub`, `Forwarder`; null where the server has no such zone. */
  readonly zoneType: (zone: string) => Promise<string | null>;
  readonly read: (place: Place) => Promise<readonly ResourceRecord[]>;
  /** In one list, one after the other. */
  readonly apply: (place: Place, steps: readonly RecordStep[]) => Promise<void>;
}

const DATA: Readonly<Record<RecordType, string>> = { A: 'IPv4Address', AAAA: 'IPv6Address', PTR: 'PtrDomainName' };
/** As `-RRType` and the switches of Add-DnsServerResourceRecord call them. */
const WORD: Readonly<Record<RecordType, string>> = { A: 'A', AAAA: 'AAAA', PTR: 'Ptr' };

const text = (value: unknown): string => (value === null || value === undefined ? '' : String(value));

const SPAN = /^(?:(\d+)\.)?(\d{1,2}):(\d{2}):(\d{2})(?:\.\d+)?$/;

/** `[d.]hh:mm:ss` in milliseconds; null for anything else. */
export const spanMs = (written: string): number | null => {
  const [, days = '0', hours, minutes, seconds] = SPAN.exec(written) ?? [];
  if (hours === undefined || minutes === undefined || seconds === undefined) return null;
  return (((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
};

export const spanText = (ms: number): string => {
  const seconds = Math.round(ms / 1000);
  const two = (n: number): string => String(n).padStart(2, '0');
  const days = Math.floor(seconds / 86_400);
  const clock = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60].map(two).join(':');
  return days > 0 ? `${days}.${clock}` : clock;
};

/** A static record has none, whichever way that is written. */
const isStamped = (stamp: unknown): boolean => !['', '0'].includes(text(stamp));

const isAt = (host: string, name: string): boolean => host.replace(/\.$/, '').toLowerCase() === name.toLowerCase();

export const recordsOf = (run: CmdletRunner, server: string): Records => {
  const on = { ComputerName: server };
  const read = async ({ zone, name, type }: Place): Promise<readonly ResourceRecord[]> => {
    const data = `RecordData.${DATA[type]}`;
    const call: CmdletCall = {
      id: 'records',
      cmdlet: 'Get-DnsServerResourceRecord',
      // Without -Node the names below this one come too.
      parameters: { ...on, ZoneName: zone, Name: name, Node: true, RRType: WORD[type] },
      select: ['HostName', 'RecordType', 'TimeToLive', 'Timestamp', data],
      mayFail: true,
    };
    const results = await run([call]);
    const answer = results.get('records');
    if (answer?.error) {
      const failed = new CmdletFailed(call, answer.error, results);
      // A name that no record bears is an error of its own (9714).
      if (isTrouble(failed, 'missing')) return [];
      throw failed;
    }
    return (answer?.objects ?? [])
      .filter((row) => isAt(text(row.HostName), name) && text(row.RecordType).toUpperCase() === type)
      .map((row) => ({
        data: text(row[data]),
        ttlMs: spanMs(text(row.TimeToLive)),
        aged: isStamped(row.Timestamp),
      }));
  };

  const callOf = ({ zone, name, type }: Place, step: RecordStep, index: number): CmdletCall => {
    const { data, ttlMs, aged } = step.record;
    const id = `${step.do} ${index}`;
    if (step.do === 'remove')
      return {
        id,
        cmdlet: 'Remove-DnsServerResourceRecord',
        // With its data: without it every record of the name goes.
        parameters: { ...on, ZoneName: zone, Name: name, RRType: WORD[type], RecordData: data, Force: true },
        select: [],
      };
    return {
      id,
      cmdlet: 'Add-DnsServerResourceRecord',
      parameters: {
        ...on,
        ...{ ZoneName: zone, Name: name, [WORD[type]]: true, [DATA[type]]: data },
        ...(ttlMs === null ? {} : { TimeToLive: spanText(ttlMs) }),
        ...(aged ? { AgeRecord: true } : {}),
      },
      select: [],
    };
  };

  return {
    zoneType: async (zone) => {
      const call: CmdletCall = {
        id: 'zone',
        cmdlet: 'Get-DnsServerZone',
        parameters: { ...on, Name: zone },
        select: ['ZoneName', 'ZoneType'],
        mayFail: true,
      };
      const results = await run([call]);
      const answer = results.get('zone');
      if (!answer?.error) return text(answer?.objects[0]?.ZoneType) || null;
      const failed = new CmdletFailed(call, answer.error, results);
      if (isTrouble(failed, 'missing')) return null;
      throw failed;
    },
    read,
    apply: async (place, steps) => {
      await run(steps.map((step, index) => callOf(place, step, index)));
    },
  };
};
