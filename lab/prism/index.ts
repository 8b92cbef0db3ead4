import type { RequestListener } from 'node:http';
import type { Estate, Fault } from '../estate/types.ts';
import { type Answer, type Ask, listener, type Outcome, objectIn, type Route, routeOf } from '../wire/exchange.ts';
import { settled, suffering } from '../wire/faulty.ts';
import { broken, faultWords, invalid, noSuchPath, unauthorized, wrongMethod } from './errors.ts';
import { clusters, domainManagers, getSubnet, recoveryPoints, subnets } from './inventory.ts';
import { newestMinor } from './naming.ts';
import { powerActions, powerEffects, powerTask } from './power.ts';
import { type NewTask, openTasks } from './tasks.ts';
import { deleteTask, nicTask, updateEffects, vmTask } from './updates.ts';
import { vmBody } from './vm-body.ts';
import { demandCurrent, getNic, getVm, listNics, listVms, nicOf, requestIdOf, vmWith } from './vms.ts';

const vms = '/api/vmm/:version/ahv/config/vms';

/** Prism Central's v4 API: Basic auth, tasks, ETags and request ids. O part E */
export const handle = (estate: Estate): RequestListener => {
  const { prism } = estate.scenario;
  const tasks = openTasks(estate, { ...powerEffects(estate), ...updateEffects(estate) });

  const read =
    (
      action: string,
      answer: (ask: Ask, p: Readonly<Record<string, string>>, minor: number) => Answer,
    ): Route['serve'] =>
    (ask, p) =>
      suffering(estate, subjectOf(`prism.${action}`, p.vm), faultWords, () => answer(ask, p, minorOf(p.version)));

  /** Everything that changes something: a request id, then If-Match against what is there now; each is logged. */
  const mutate =
    (
      action: string,
      make: (ask: Ask, p: Readonly<Record<string, string>>, fault: Fault | undefined) => NewTask,
    ): Route['serve'] =>
    (ask, p) =>
      suffering(estate, subjectOf(`prism.${action}`, p.vm), faultWords, (fault) => {
        const answer = settled(() => {
          const vm = vmWith(estate, p.vm ?? '');
          return tasks.accept(requestIdOf(ask), ask.rawPath, () => {
            demandCurrent(estate, ask, vm);
            return make(ask, p, fault);
          });
        });
        logCall(action, p.vm, answer, ask);
        return answer;
      });

  const logCall = (verb: string, subject: string | undefined, { status }: Answer, ask: Ask): void => {
    const token = ask.header('NTNX-Request-Id');
    estate.log('call', { product: 'prism', verb, ...(subject && { subject }), status, ...(token && { token }) });
  };

  const where = (ask: Ask) => ({ path: ask.rawPath, now: estate.now() });

  const bodyOf = (ask: Ask): Record<string, unknown> => {
    const body = objectIn(ask);
    if (!body) throw invalid(where(ask), 'body', '', 'The body is not a JSON object.');
    return body;
  };

  const minorOf = (version = 'v4.0'): number => {
    const minor = Number(/^v4\.(\d+)$/.exec(version)?.[1] ?? Number.NaN);
    if (!(minor <= newestMinor(prism))) throw noSuchPath(version);
    return minor;
  };

  const info = read('info', () => ({ status: 200, body: { data: `v4.${newestMinor(prism)}` } }));
  const namespaces = ['vmm', 'prism', 'clustermgmt', 'networking'];

  const routes: readonly Route[] = [
    ...namespaces.flatMap((name) =>
      ['OPTIONS', 'GET'].map((method) => ({ method, path: `/api/${name}/unversioned/info`, serve: info })),
    ),
    { method: 'GET', path: vms, serve: read('list-vms', (ask, _, minor) => listVms(estate, ask, minor)) },
    { method: 'GET', path: `${vms}/:vm`, serve: read('get-vm', (_, p, minor) => getVm(estate, p.vm ?? '', minor)) },
    {
      method: 'PUT',
      path: `${vms}/:vm`,
      serve: mutate('update-vm', (ask, p) => {
        const vm = vmWith(estate, p.vm ?? '');
        return vmTask(where(ask), vm, vmBody(estate, vm, minorOf(p.version)), requestIdOf(ask), bodyOf(ask));
      }),
    },
    {
      method: 'DELETE',
      path: `${vms}/:vm`,
      serve: mutate('delete-vm', (ask, p) => deleteTask(vmWith(estate, p.vm ?? ''), requestIdOf(ask))),
    },
    ...Object.keys(powerActions).map((action) => ({
      method: 'POST',
      path: `${vms}/:vm/$actions/${action}`,
      serve: mutate(action, (ask, p, fault) => {
        minorOf(p.version);
        return powerTask(vmWith(estate, p.vm ?? ''), action, requestIdOf(ask), fault);
      }),
    })),
    {
      method: 'GET',
      path: `${vms}/:vm/nics`,
      serve: read('list-nics', (ask, p, minor) => listNics(estate, ask, p.vm ?? '', minor)),
    },
    {
      method: 'GET',
      path: `${vms}/:vm/nics/:nic`,
      serve: read('get-nic', (_, p, minor) => getNic(estate, p.vm ?? '', p.nic ?? '', minor)),
    },
    {
      method: 'PUT',
      path: `${vms}/:vm/nics/:nic`,
      serve: mutate('update-nic', (ask, p) => {
        const vm = vmWith(estate, p.vm ?? '');
        const target = { vm, nic: nicOf(vm, p.nic ?? ''), minor: minorOf(p.version), requestId: requestIdOf(ask) };
        return nicTask(estate, where(ask), target, bodyOf(ask));
      }),
    },
    {
      method: 'GET',
      path: '/api/vmm/:version/ahv/config/vm-recovery-points',
      serve: read('list-recovery-points', (ask) => recoveryPoints(estate, ask)),
    },
    {
      method: 'GET',
      path: '/api/prism/:version/config/domain-managers',
      serve: read('list-domain-managers', (ask) => domainManagers(estate, ask)),
    },
    { method: 'GET', path: '/api/prism/:version/config/tasks', serve: read('list-tasks', (ask) => tasks.list(ask)) },
    {
      method: 'GET',
      path: '/api/prism/:version/config/tasks/:task',
      serve: read('get-task', (_, p) => tasks.get(p.task ?? '')),
    },
    {
      method: 'POST',
      path: '/api/prism/:version/config/tasks/:task/$actions/cancel',
      serve: (ask, p) =>
        suffering(estate, subjectOf('prism.cancel-task'), faultWords, () => {
          const answer = settled(() => tasks.cancel(p.task ?? ''));
          logCall('cancel-task', p.task, answer, ask);
          return answer;
        }),
    },
    {
      method: 'GET',
      path: '/api/clustermgmt/:version/config/clusters',
      serve: read('list-clusters', (ask) => clusters(estate, ask)),
    },
    {
      method: 'GET',
      path: '/api/networking/:version/config/subnets',
      serve: read('list-subnets', (ask) => subnets(estate, ask)),
    },
    {
      method: 'GET',
      path: '/api/networking/:version/config/subnets/:subnet',
      serve: read('get-subnet', (_, p) => getSubnet(estate, p.subnet ?? '')),
    },
  ];

  const expected = `Basic ${Buffer.from(`${prism.user}:${prism.password}`).toString('base64')}`;

  const serve = (ask: Ask): Outcome | Promise<Outcome> => {
    if (ask.header('authorization') !== expected) throw unauthorized();
    const found = routeOf(routes, ask);
    if (!found) throw noSuchPath(ask.rawPath);
    if (found === 'wrong method') throw wrongMethod(ask.method);
    return found.route.serve(ask, found.parameters);
  };

  return listener(serve, broken);
};

const subjectOf = (point: string, subject?: string): { point: string; subject?: string } => ({
  point,
  ...(subject && { subject }),
});
