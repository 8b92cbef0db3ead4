import { ApplicationFailure } from '@temporalio/workflow';

export type Channel = 'update' | 'signal';

/** One way in for what people send: judged alike and taken alike, whether an update or a signal brought it. */
export interface Door<T, R> {
  /** Why it is refused now, or null. */
  readonly judge: (came: T) => string | null;
  /** Takes what was judged. A promise where something is verified first: that may still throw a refusal, and has recorded it. */
  readonly take: (came: T, channel: Channel) => R | Promise<R>;
  readonly recordRefusal: (came: T, why: string) => void;
}

export const refusalOf = (why: string): ApplicationFailure => ApplicationFailure.nonRetryable(why, 'Refused');

export const refuse = (why: string | null): void => {
  if (why) throw refusalOf(why);
};

const isRefusal = (error: unknown): boolean => error instanceof ApplicationFailure && error.type === 'Refused';

/** As a workflow registers it: a refused update leaves no history and tells its caller, a refused signal is recorded. */
export const through = <T, R>({ judge, take, recordRefusal }: Door<T, R>) => ({
  validate: (came: T): void => refuse(judge(came)),
  update: (came: T): R | Promise<R> => take(came, 'update'),
  signal: (came: T): void | Promise<void> => {
    const why = judge(came);
    if (why) return recordRefusal(came, why);
    const taken = take(came, 'signal');
    if (!(taken instanceof Promise)) return undefined;
    return taken.then(
      () => undefined,
      (error: unknown) => {
        if (!isRefusal(error)) throw error;
      },
    );
  },
});
