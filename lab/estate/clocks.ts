import type { RequestListener } from 'node:http';
import type { FaultRegistry } from './faults.ts';
import type { Clock, Estate } from './types.ts';

export const CLOCKS: readonly Clock[] = ['prism', 'veeam'];

export interface Clocks {
  /** How far a product's clock is ahead of the lab's, ms; negative when it is behind. */
  offOf(clock: Clock): number;
  /** Lets faults of the kind `clockOff` that were armed since come into force; they stay. */
  move(): void;
}

/** Faults `clockOff` at `clock.<product>` with `detail.ms`. The newest one of a product counts. */
export const openClocks = (faults: FaultRegistry): Clocks => {
  const read = (): ReadonlyMap<string, number> =>
    new Map(
      faults
        .list()
        .filter(({ fault, fired }) => fault.kind === 'clockOff' && fired.length > 0)
        .map(({ fault }) => [fault.point, Number(fault.detail.ms ?? 0)]),
    );
  let off = read();
  return {
    offOf: (clock) => off.get(`clock.${clock}`) ?? 0,
    move: () => {
      const due = faults.waiting('clockOff');
      for (const { fault } of due) faults.fire(fault.id, fault.point, null);
      if (due.length > 0) off = read();
    },
  };
};

/** The estate as a product sees it that goes by its own clock: same state, another time of day. */
export const byClock = (estate: Estate, offMs: () => number): Estate => ({
  ...estate,
  now: () => estate.now() + offMs(),
  onTick: (move) => estate.onTick((now) => move(now + offMs())),
});

/** Answers bear the time of day of the server they come from. */
export const dated =
  (estate: Estate, serve: RequestListener): RequestListener =>
  (request, response) => {
    response.setHeader('date', new Date(estate.now()).toUTCString());
    serve(request, response);
  };
