import type { Fault } from '../../lab/estate/types.ts';
import { type Bench, labBench } from '../support/lab-bench.ts';

let lab: Bench;
beforeEach(() => {
  lab = labBench();
});
afterEach(() => lab.clear());

const HOUR = 3_600_000;

const setOff = (ms: number): void => {
  const fault: Fault = { id: 'off', kind: 'clockOff', point: 'clock.veeam', times: 1, detail: { ms } };
  lab.estate.faults.arm(fault);
  lab.pass(100);
};

test('a product’s clock is right until a fault says otherwise', () => {
  expect(lab.estate.at('veeam').now()).toBe(lab.estate.now());
});

test('a clock that is off stays off, also after the lab was opened again', () => {
  setOff(-2 * HOUR);
  expect(lab.estate.at('veeam').now()).toBe(lab.estate.now() - 2 * HOUR);
  lab.reopen();
  expect(lab.estate.at('veeam').now()).toBe(lab.estate.now() - 2 * HOUR);
  expect(lab.events('fault.fired')).toHaveLength(1);
});

test('the clocks of other products, and the time of the event log, go on as they were', () => {
  setOff(HOUR);
  expect(lab.estate.at('prism').now()).toBe(lab.estate.now());
  lab.estate.at('veeam').log('job.created', { job: 'a' });
  expect(lab.events('job.created')[0]?.at).toBe(new Date(lab.estate.now()).toISOString());
});

test('what a product does by its own clock takes as long as ever', () => {
  setOff(HOUR);
  const ticks: number[] = [];
  lab.estate.at('veeam').onTick((now) => ticks.push(now));
  lab.pass(250);
  lab.pass(250);
  expect((ticks[1] ?? 0) - (ticks[0] ?? 0)).toBe(250);
});
