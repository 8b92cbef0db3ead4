import type { Answer, Ask } from '../../wire/exchange.ts';
import { badRequest } from './errors.ts';

const whole = (ask: Ask, name: string, otherwise: number, least: number): number => {
  const text = ask.query.get(name);
  if (text === null) return otherwise;
  const value = Number(text);
  if (Number.isInteger(value) && value >= least) return value;
  throw badRequest(`${name} must be a whole number of at least ${least}.`);
};

/** The plug-in's pages: `offset`, `limit` (100; -1 is all). Filters are not simulated and therefore refused. V §1.7.2 */
export const page = <T>(ask: Ask, items: readonly T[], body: (item: T) => unknown): Answer => {
  for (const name of ['filter', 'sort']) if (ask.query.has(name)) throw badRequest(`The lab does not know ${name}.`);
  const offset = whole(ask, 'offset', 0, 0);
  const limit = whole(ask, 'limit', 100, -1);
  const shown = items.slice(offset, limit === -1 ? undefined : offset + limit);
  return { status: 200, body: { offset, limit, totalCount: items.length, results: shown.map(body) } };
};

/** VBR's own pages: `skip`, `limit` (200). V §2.3 */
export const skipping = <T>(ask: Ask, items: readonly T[], body: (item: T) => unknown): Answer => {
  const skip = whole(ask, 'skip', 0, 0);
  const limit = whole(ask, 'limit', 200, 1);
  const shown = items.slice(skip, skip + limit);
  return {
    status: 200,
    body: { data: shown.map(body), pagination: { total: items.length, count: shown.length, skip, limit } },
  };
};
