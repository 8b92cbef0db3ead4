import {
  ActivityFailure,
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  sleep,
} from '@temporalio/workflow';
import type { Herald, NoticesOrder, NoticeTest } from '../activities/contracts/notices.ts';
import { counted } from '../domain/counted.ts';
import { noticesOrder, stopNotices, tellThese } from './notices-messages.ts';

const PAUSE_MS = 60_000;

/** One standing activity that is asked again and again: no history, however long the programme takes. */
const standingHerald = ({ everyMs }: NoticesOrder) =>
  proxyActivities<Pick<Herald, 'herald'>>({
    taskQueue: 'orchestrator',
    startToCloseTimeout: '5 minutes',
    heartbeatTimeout: '30 seconds',
    retry: { initialInterval: everyMs, backoffCoefficient: 1, maximumInterval: everyMs },
  }).herald;

const isOrder = (value: unknown): value is NoticesOrder => {
  const { programme, receivers, everyMs } = (value ?? {}) as Partial<NoticesOrder>;
  return typeof programme === 'string' && Array.isArray(receivers) && typeof everyMs === 'number' && everyMs > 0;
};

/** Tells the receivers of a programme what waits for people, until it is stopped. No migration knows of it. */
export async function notices(order: NoticesOrder): Promise<void> {
  let next = order;
  let stopped = false;
  setHandler(tellThese, (asked) => {
    if (isOrder(asked) && asked.programme === order.programme) next = asked;
  });
  setHandler(stopNotices, () => {
    stopped = true;
  });
  setHandler(noticesOrder, () => next);
  const isOther = (): boolean => stopped || JSON.stringify(next) !== JSON.stringify(order);

  setCurrentDetails(
    `Tells ${counted(order.receivers.length, 'receiver')}: ${order.receivers.map(({ name }) => name).join(', ')}`,
  );
  const telling = new CancellationScope();
  const told = telling
    .run(() => standingHerald(order).executeWithOptions({ summary: `what waits in ${order.programme}` }, [order]))
    .catch((error: unknown) => {
      if (!isCancellation(error) && !(error instanceof ActivityFailure)) throw error;
    });
  await Promise.race([condition(isOther), told]);
  if (!isOther()) await sleep(PAUSE_MS, { summary: 'until it is tried again' });
  telling.cancel();
  await told;
  if (!stopped) await continueAsNew<typeof notices>(next);
}

/** Sends each receiver a message that asks nothing, from where the orchestrator is. */
export async function noticesTest(order: NoticeTest): Promise<Awaited<ReturnType<Herald['testNotices']>>> {
  const { testNotices } = proxyActivities<Pick<Herald, 'testNotices'>>({
    taskQueue: 'orchestrator',
    startToCloseTimeout: '50 seconds',
    scheduleToCloseTimeout: '1 minute',
    retry: { initialInterval: '1 second', maximumAttempts: 2 },
  });
  return testNotices(order);
}
