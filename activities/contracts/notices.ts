import type { Letter } from '../../domain/letter.ts';
import type { Receiver } from '../../domain/notice.ts';

/**
 * Gives a letter to its receiver. Throws in words, without any secret, where the receiver did not take it; a letter whose answer was lost
 * may have arrived, and its key says so when it comes again.
 */
export type SendNotice = (receiver: Receiver, letter: Letter) => Promise<void>;

/** What the workflow of the notices of a programme is started with. */
export interface NoticesOrder {
  readonly programme: string;
  readonly receivers: readonly Receiver[];
  /** Pause between two looks, ms. */
  readonly everyMs: number;
}

export interface NoticeTest {
  readonly programme: string;
  readonly receivers: readonly Receiver[];
}

export interface Herald {
  /**
   * Looks once at what waits, tells the receivers what is new, and fails with `NotFinished` to be asked again: it ends when it is
   * cancelled. Its progress is how the receivers stand.
   */
  herald(order: NoticesOrder): Promise<never>;
  /** Sends every receiver a message that asks nothing. `why` null: it was taken. */
  testNotices(order: NoticeTest): Promise<readonly { readonly receiver: string; readonly why: string | null }[]>;
}
