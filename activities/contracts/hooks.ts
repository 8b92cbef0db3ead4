import type { Address } from '../../domain/address.ts';
import type { RecordType, ResourceRecord } from '../../domain/dns-record.ts';
import type { HookCall, HttpBody, Json } from '../../domain/hook.ts';

/** Every order names the instance and the operation token; the VM where it is about one. */
export interface HookOrder {
  readonly to: Address;
  readonly token: string;
  readonly vm?: { readonly name: string };
}

/** Placeholders are filled; `path` is encoded. */
export interface RequestOrder extends HookOrder {
  readonly method: HttpBody['method'];
  readonly path: string;
  readonly body?: Json;
  readonly expect: readonly number[];
}

export interface HttpHooks {
  /**
   * Sends one request with the token as its `Idempotency-Key`. Asked again with the same key where there was no answer or one that
   * says nothing of what happened (408, 429, 5xx); `Configuration` where the log-in is refused, `Refused` for any other answer that is
   * not expected.
   */
  request(order: RequestOrder): Promise<{ readonly status: number }>;
}

export interface CmdletsOrder extends HookOrder {
  readonly calls: readonly HookCall[];
  readonly repeatable: boolean;
}

export interface CmdletHooks {
  /** Runs the list once, in one process. `Vendor` where its answer was lost and it may not run twice. */
  runCmdlets(order: CmdletsOrder): Promise<{ readonly ran: number }>;
}

export interface RecordsOrder extends HookOrder {
  readonly zone: string;
  /** As the zone holds it; `@` for the zone itself. */
  readonly name: string;
  readonly type: RecordType;
}

/** `found` is what was there before anything was changed. */
export interface ChangeOrder extends RecordsOrder {
  readonly found: readonly ResourceRecord[];
  readonly wanted: readonly ResourceRecord[];
}

export interface DnsHooks {
  readRecords(order: RecordsOrder): Promise<{ readonly records: readonly ResourceRecord[] }>;
  /** Makes the records as wanted and reads them back. `Drift` where somebody else's stand there now. */
  changeRecords(order: ChangeOrder): Promise<{ readonly records: readonly ResourceRecord[] }>;
}
