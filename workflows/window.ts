import { type Hop, unsafe } from './hop-context.ts';
import { show } from './journey.ts';
import { step, until } from './step.ts';

/** Waits for the cut-over window. A window that is past its latest abort parks: nothing new begins in it. */
export const windowOf = (h: Hop): Promise<void> =>
  step(
    h.j,
    'window',
    async () => {
      const window = h.order.window;
      if (!window) return;
      const wait = window.opensAt - Date.now();
      if (wait > 0) {
        show(h.j, { waitingFor: `the window ${window.text}` });
        await until(h.j, () => false, wait, `window opens ${window.utcText}`);
        show(h.j, { waitingFor: null });
      }
      if (Date.now() >= window.abortAt)
        throw unsafe(
          `The window ${window.text} is past its latest abort; a cut-over begun now could not be rolled back in time.`,
          'Plan a new window, or roll back.',
          h.vm.name,
        );
    },
    { hop: h.n },
  );
