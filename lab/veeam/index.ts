import type { RequestListener } from 'node:http';
import type { Estate } from '../estate/types.ts';
import { type Answer, type Ask, listener, type Outcome, type Route, routeOf } from '../wire/exchange.ts';
import { settled, suffering } from '../wire/faulty.ts';
import { AHV_PLATFORM } from './names.ts';
import { badRequest, broken, faultWords, noSuchPath, wrongMethod } from './rest/errors.ts';
import { clusters, clusterVms, prismCentrals, prismCentralVms } from './rest/inventory.ts';
import * as jobs from './rest/jobs.ts';
import * as server from './rest/server.ts';
import { getSession, listSessions, stopSession } from './rest/sessions.ts';
import { openTokens } from './rest/tokens.ts';
import { veeamOf } from './service.ts';

type Parameters = Readonly<Record<string, string>>;
type Handler = (ask: Ask, id: string) => Answer;

const pluginBase = `/extension/${AHV_PLATFORM}/api`;

/** Version 9 is version 8 unchanged; versions before 8 are not served on VBR 13 and 10 has other schemas. V §1.7.2 */
const PLUGIN_VERSIONS = ['v8', 'v9'];

const revisionsOf = (version: string): readonly string[] => {
  const known = ['1.2-rev1', '1.3-rev0', '1.3-rev1', '1.3-rev2'];
  if (version.startsWith('12.')) return known.slice(0, 1);
  if (version.startsWith('13.0.0')) return known.slice(0, 2);
  return version.startsWith('13.0') ? known.slice(0, 3) : known;
};

/** The backup server over HTTPS: VBR's own REST API with what PowerShell lacks, and the AHV plug-in behind it. V §1.7.2, §2 */
export const handle = (estate: Estate): RequestListener => {
  const veeam = veeamOf(estate);
  const tokens = openTokens(estate);
  const revisions = revisionsOf(estate.scenario.veeam.version);

  const originOf = (p: Parameters): string | undefined => {
    const first = veeam.jobs.get(p.id ?? '')?.vmIds[0] ?? veeam.workloads.get(p.id ?? '')?.vmId;
    return first === undefined ? undefined : (estate.vms.get(first)?.origin ?? first);
  };

  /** Asks for a fault at `veeam.REST <verb> <path kind>` and logs what changes anything. */
  const route = (method: string, path: string, kind: string, answer: Handler, allowed: (ask: Ask) => void): Route => ({
    method,
    path,
    serve: (ask, p) => {
      allowed(ask);
      const subject = originOf(p);
      const at = { point: `veeam.REST ${method} ${kind}`, ...(subject && { subject }) };
      return suffering(estate, at, faultWords, () => {
        const given = settled(() => answer(ask, p.id ?? ''));
        if (method !== 'GET' && !kind.startsWith('oauth2'))
          estate.log('call', {
            product: 'veeam',
            verb: `${method} ${kind}`,
            ...(subject && { subject }),
            status: given.status,
          });
        return given;
      });
    },
  });

  const revised = (ask: Ask): void => {
    const revision = ask.header('x-api-version');
    if (revision === undefined || !revisions.includes(revision))
      throw badRequest('The x-api-version header is missing or names a version that is not supported.');
  };
  const signedIn = (ask: Ask): void => {
    revised(ask);
    tokens.demand(ask);
  };

  const own = (method: string, kind: string, answer: Handler): Route =>
    route(method, `/api/v1/${kind.replace('{id}', ':id')}`, kind, answer, signedIn);

  const plugin = (method: string, kind: string, answer: Handler): readonly Route[] =>
    PLUGIN_VERSIONS.map((version) =>
      route(method, `${pluginBase}/${version}/${kind.replace('{id}', ':id')}`, kind, answer, tokens.demand),
    );

  const routes: readonly Route[] = [
    route('POST', '/api/oauth2/token', 'oauth2/token', (ask) => tokens.issue(ask), revised),
    route('POST', '/api/oauth2/logout', 'oauth2/logout', (ask) => tokens.revoke(ask), signedIn),
    own('GET', 'serverInfo', () => server.serverInfo(veeam)),
    own('GET', 'backupInfrastructure/repositories/states', (ask) => server.repositoryStates(veeam, ask)),
    own('GET', 'license', () => server.licence(veeam)),
    own('GET', 'license/instances', (ask) => server.licenceInstances(veeam, ask)),
    own('POST', 'license/instances/{id}/revoke', (_, id) => server.revokeInstance(veeam, id)),
    own('GET', 'trafficRules', () => server.trafficRules(veeam)),
    own('PUT', 'trafficRules', (ask) => server.replaceTrafficRules(veeam, ask)),
    ...plugin('GET', 'prismCentrals', () => prismCentrals(estate)),
    ...plugin('GET', 'prismCentrals/{id}/vms', (ask, id) => prismCentralVms(estate, ask, id)),
    ...plugin('GET', 'clusters', () => clusters(estate)),
    ...plugin('GET', 'clusters/{id}/vms', (ask, id) => clusterVms(estate, ask, id)),
    ...plugin('GET', 'jobs', (ask) => jobs.listJobs(veeam, ask)),
    ...plugin('POST', 'jobs', (ask) => jobs.createJob(veeam, ask)),
    ...plugin('GET', 'jobs/defaultSettings', () => jobs.defaultSettings(veeam)),
    ...plugin('GET', 'jobs/{id}', (_, id) => jobs.getJob(veeam, id)),
    ...plugin('DELETE', 'jobs/{id}', (_, id) => jobs.deleteJob(veeam, id)),
    ...plugin('GET', 'jobs/{id}/settings', (_, id) => jobs.getSettings(veeam, id)),
    ...plugin('PUT', 'jobs/{id}/settings', (ask, id) => jobs.updateJob(veeam, ask, id)),
    ...plugin('POST', 'jobs/{id}/start', (ask, id) => jobs.startJob(veeam, ask, id)),
    ...plugin('POST', 'jobs/{id}/stop', (_, id) => jobs.stopJob(veeam, id)),
    ...plugin('POST', 'jobs/{id}/enable', (_, id) => jobs.enableJob(veeam, id, true)),
    ...plugin('POST', 'jobs/{id}/disable', (_, id) => jobs.enableJob(veeam, id, false)),
    ...plugin('GET', 'sessions', (ask) => listSessions(veeam, ask)),
    ...plugin('GET', 'sessions/{id}', (_, id) => getSession(veeam, id)),
    ...plugin('POST', 'sessions/{id}/stop', (_, id) => stopSession(veeam, id)),
  ];

  const serve = (ask: Ask): Outcome | Promise<Outcome> => {
    const found = routeOf(routes, ask);
    if (!found) throw noSuchPath(ask.rawPath);
    if (found === 'wrong method') throw wrongMethod(ask.method);
    return found.route.serve(ask, found.parameters);
  };

  return listener(serve, broken);
};
