import { mayBegin, untilOpen } from '../domain/window.ts';
import { type Hop, unsafe } from './hop-context.ts';
import { show } from './journey.ts';
import { step, until } from './step.ts';

/** Fails the step it is called in when the window is past its latest abort: nothing new begins in it. */
export const refuseLate = (h: Hop): void => {
  const { window } = h.order;
  if (!window || mayBegin(window, Date.now())) return;
  throw unsafe(
    `The window ${window.text} is past its latest abort; a cut-over begun now could not be rolled back in time.`,
    'Give it a new window with edit and retry, or roll back.',
    h.vm.name,
    { pastDeadline: true },
  );
};

/** Waits for the cut-over window. What begins the outage asks again, for a person may have paused or mended meanwhile. */
export const windowOf = (h: Hop): Promise<void> =>
  step(
    h.j,
    'window',
    async () => {
      const window = h.order.window;
      if (!window) return;
      const wait = untilOpen(window, Date.now());
      if (wait > 0) {
        const { approvedUntil } = h.j;
        const valid = approvedUntil === null ? wait : Math.max(1, approvedUntil - Date.now());
        show(h.j, { waitingFor: `the window ${window.text}` });
        await until(h.j, () => false, Math.min(wait, valid), `window opens ${window.utcText}`.slice(0, 200));
        show(h.j, { waitingFor: null });
        // The approval is void before its window opens: people are asked again now, not then.
        if (approvedUntil !== null && valid <= wait) return;
      }
      refuseLate(h);
    },
    { hop: h.n },
  );
