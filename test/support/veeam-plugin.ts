import { readFileSync } from 'node:fs';
import { Agent } from 'undici';
import type { FirstHop } from './first-hop.ts';
import type { LabProcess } from './lab-process.ts';

/** A customer's own hand in the AHV plug-in. */
export interface PluginClient {
  /** Makes a scheduled job for the VM of the hop; answers its id. */
  makeJob(name: string, schedule: Readonly<Record<string, unknown>>): Promise<string>;
}

const PLUGIN = '/extension/799a5a3e-ae1e-4eaf-86eb-8a9acc2670e2/api/v8';

export const pluginClient = async ({ endpoints }: LabProcess, hop: FirstHop): Promise<PluginClient> => {
  const { user, password } = hop.plan.estate.veeam[hop.hop.mover.instance]?.login ?? { user: '', password: '' };
  const dispatcher = new Agent({ connect: { ca: readFileSync(endpoints.ca, 'utf8') } });
  const send = async (
    method: 'GET' | 'POST',
    path: string,
    headers: Readonly<Record<string, string>>,
    body?: string,
  ): Promise<Record<string, unknown>> => {
    const answer = await dispatcher.request({
      origin: endpoints.veeam,
      path,
      method,
      headers,
      ...(body === undefined ? {} : { body }),
    });
    return (await answer.body.json()) as Record<string, unknown>;
  };

  return {
    makeJob: async (name, schedule) => {
      const form = new URLSearchParams({
        grant_type: 'password',
        username: user,
        password: process.env[password.replace('env:', '')] ?? '',
      });
      const { access_token } = await send(
        'POST',
        '/api/oauth2/token',
        { 'x-api-version': '1.3-rev1', 'content-type': 'application/x-www-form-urlencoded' },
        form.toString(),
      );
      const headers = { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' };
      const settings = await send('GET', `${PLUGIN}/jobs/defaultSettings`, headers);
      const [cluster] = (await send('GET', `${PLUGIN}/clusters`, headers)) as unknown as readonly { id: string }[];
      const objects = [{ id: hop.vm.id, clusterId: cluster?.id, type: 'VirtualMachine' }];
      const job = { ...settings, name, includes: { objects }, scheduleSettings: { enabled: true, ...schedule } };
      const { id } = await send('POST', `${PLUGIN}/jobs`, headers, JSON.stringify(job));
      return String(id);
    },
  };
};
