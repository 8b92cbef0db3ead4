import { randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import type { LabEstate } from '../estate/index.ts';
import { type Answer, type Ask, listener, objectIn, type Route, routeOf } from '../wire/exchange.ts';
import { faultIn } from './fault.ts';

/** What callers show as `Authorization: Bearer …`; made on the first start, kept in DIR/control.token. */
export const controlToken = (dir: string): string => {
  const path = join(dir, 'control.token');
  if (!existsSync(path)) {
    writeFileSync(`${path}.part`, randomBytes(24).toString('hex'), { mode: 0o600 });
    renameSync(`${path}.part`, path);
  }
  return readFileSync(path, 'utf8').trim();
};

const said = (status: number, message: string): Answer => ({ status, body: { message } });

const routesOf = (estate: LabEstate): readonly Route[] => [
  { method: 'GET', path: '/faults', serve: () => ({ status: 200, body: estate.faults.list() }) },
  {
    method: 'POST',
    path: '/faults',
    serve: (ask) => {
      const fault = faultIn(objectIn(ask));
      if (typeof fault === 'string') return said(400, fault);
      estate.faults.arm(fault);
      return { status: 201, body: fault };
    },
  },
  {
    method: 'POST',
    path: '/vms/:id/power',
    serve: (ask, { id = '' }) => power(estate, id, objectIn(ask)?.to),
  },
  { method: 'GET', path: '/state', serve: () => ({ status: 200, body: estate.everything() }) },
  {
    method: 'POST',
    path: '/crash',
    serve: () => {
      process.kill(process.pid, 'SIGKILL');
      return said(202, 'dead');
    },
  },
];

/** An admin's hand: pulls the plug or presses the button, past every product. */
const power = (estate: LabEstate, id: string, to: unknown): Answer => {
  if (!estate.vms.get(id)) return said(404, `there is no VM ${id}`);
  if (to === 'on') estate.vms.powerOn(id, 'admin');
  else if (to === 'off') estate.vms.powerOff(id, 'admin');
  else return said(400, 'to is on or off');
  return { status: 200, body: estate.vms.get(id) };
};

/** The tests' and the demo's hand in the estate: faults, an admin's power button, all tables, sudden death. */
export const handle = (estate: LabEstate): RequestListener => {
  const expected = Buffer.from(`Bearer ${controlToken(estate.dir)}`);
  const routes = routesOf(estate);

  const isAllowed = (ask: Ask): boolean => {
    const given = Buffer.from(ask.header('authorization') ?? '');
    return given.length === expected.length && timingSafeEqual(given, expected);
  };

  return listener(
    (ask) => {
      if (!isAllowed(ask)) return said(401, 'show the token of control.token');
      const found = routeOf(routes, ask);
      if (found === null) return said(404, 'nothing is here');
      return found === 'wrong method' ? said(405, 'not this method') : found.route.serve(ask, found.parameters);
    },
    (error) => said(500, error instanceof Error ? error.message : String(error)),
  );
};
