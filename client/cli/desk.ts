import { emitKeypressEvents } from 'node:readline';
import { summaryLine, summaryOf } from '../../domain/listed.ts';
import { instant } from '../../domain/words.ts';
import { listMigrations } from '../../workers/listing.ts';
import { type Desk, type Effect, type Key, newDesk, press, refreshed, resized, shown, told } from '../inbox-desk.ts';
import { lookAtInbox } from '../inbox-look.ts';
import type { Reached } from '../temporal.ts';
import { perform } from './desk-acts.ts';
import { evidenceOf } from './desk-evidence.ts';
import { deskLines, pageOf } from './desk-lines.ts';
import { whyOf } from './failures.ts';
import { beforeLeaving, openScreen } from './screen.ts';
import { within } from './within.ts';

type Input = Pick<NodeJS.ReadStream, 'on' | 'off' | 'resume' | 'pause'> &
  NodeJS.ReadableStream & { setRawMode?(raw: boolean): unknown };
type Output = Pick<NodeJS.WriteStream, 'on' | 'off' | 'write'> & { readonly rows?: number; readonly columns?: number };

/** Pause between two looks at what waits. */
const AGAIN_MS = 5_000;
/** A look that takes longer is told to be without an answer; what was seen last stays. */
const ANSWER_MS = 20_000;

const rowsOf = ({ rows = 24 }: Output): number => rows;
const columnsOf = ({ columns = 80 }: Output): number => columns;

/** The inbox by keys, until `q`. The terminal is given back on every way out. */
export const sitAtDesk = async (reached: Reached, by: string, input: Input, output: Output): Promise<void> => {
  const screen = openScreen(output);
  let desk: Desk = newDesk(pageOf(rowsOf(output)), columnsOf(output));
  let head = 'looking …';
  let isLooking = false;
  let leave: () => void = () => undefined;
  const left = new Promise<void>((done) => {
    leave = done;
  });

  const draw = (): void => {
    screen.draw(deskLines(desk, { rows: rowsOf(output), now: Date.now(), head }));
  };
  const change = (next: Desk): void => {
    desk = next;
    draw();
  };

  const look = async (): Promise<void> => {
    if (isLooking) return;
    isLooking = true;
    try {
      const [items, all] = await within(
        Promise.all([lookAtInbox(reached), listMigrations(reached.client, 'open')]),
        ANSWER_MS,
      );
      head = `${instant(Date.now())}  ${summaryLine(summaryOf(all))}`;
      change(refreshed(desk, items));
    } catch (error) {
      const [first] = whyOf(error).split('\n');
      head = `${instant(Date.now())}  no answer: ${first}; looking again …`;
      draw();
    } finally {
      isLooking = false;
    }
  };

  const does = async (effect: Effect): Promise<void> => {
    if (effect.does === 'quit') return leave();
    try {
      if (effect.does === 'show') {
        const { item, lines } = await evidenceOf(reached, effect.item);
        return change(shown(desk, item, lines));
      }
      change(told(desk, await perform(reached, effect.deed, by)));
    } catch (error) {
      change(told(desk, `✗ ${whyOf(error).replaceAll('\n', ' ')}`));
    }
    await look();
  };

  const onKey = (text: string | undefined, key: Key): void => {
    const { desk: next, effects } = press(desk, { ...key, sequence: text ?? key.sequence });
    change(next);
    for (const effect of effects) void does(effect);
  };
  const onResize = (): void => {
    screen.forget();
    change(resized(desk, pageOf(rowsOf(output)), columnsOf(output)));
  };
  const giveBack = (): void => {
    input.setRawMode?.(false);
    screen.leave();
  };

  const stop = beforeLeaving(giveBack);
  emitKeypressEvents(input);
  input.on('keypress', onKey);
  input.on('end', leave);
  output.on('resize', onResize);
  input.setRawMode?.(true);
  input.resume();
  const again = setInterval(() => void look(), AGAIN_MS);
  try {
    draw();
    void look();
    await left;
  } finally {
    clearInterval(again);
    input.off('keypress', onKey);
    input.off('end', leave);
    output.off('resize', onResize);
    input.pause();
    giveBack();
    stop();
  }
};
