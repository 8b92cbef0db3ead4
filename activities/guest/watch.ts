import type { CmdletRunner } from '../contracts/cmdlets.ts';

/** An adapter as the host shows it; its addresses come from the guest and may lack where the guest has no KVP daemon. */
export interface SeenAdapter {
  readonly mac: string;
  readonly name: string;
  readonly addresses: readonly string[];
}

/** What a Hyper-V host sees of a VM without entering it. */
export interface Sighting {
  readonly state: string;
  readonly heartbeat: string;
  readonly isUp: boolean;
  readonly adapters: readonly SeenAdapter[];
}

const texts = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : value === null || value === undefined ? [] : [value]).map(String);

/** Hyper-V writes twelve hex digits without separators. V §3.2 */
const macOf = (digits: string): string =>
  (
    digits
      .toLowerCase()
      .replaceAll(/[^0-9a-f]/g, '')
      .match(/../g) ?? []
  ).join(':');

const text = (value: unknown): string => (value === null || value === undefined ? '' : String(value));

/** Heartbeat is null while the VM is off; the guest is up when it begins with OkApplications. V §3.1 */
export const watch = async (run: CmdletRunner, vm: string): Promise<Sighting> => {
  const results = await run([
    { id: 'vm', cmdlet: 'Get-VM', parameters: { Id: vm }, select: ['State', 'Heartbeat'] },
    {
      id: 'nics',
      cmdlet: 'Get-VMNetworkAdapter',
      parameters: { VM: { $ref: 'vm' } },
      select: ['Name', 'MacAddress', 'IPAddresses'],
      mayFail: true,
    },
  ]);
  const row = results.get('vm')?.objects[0];
  const heartbeat = text(row?.Heartbeat);
  return {
    state: text(row?.State),
    heartbeat,
    isUp: /^OkApplications/i.test(heartbeat),
    adapters: (results.get('nics')?.objects ?? []).map((nic) => ({
      mac: macOf(text(nic.MacAddress)),
      name: text(nic.Name),
      addresses: texts(nic.IPAddresses),
    })),
  };
};

/** In words, for whoever waits: `is Running, heartbeat NoContact`. */
export const wordsOf = (seen: Sighting): string => `is ${seen.state}, heartbeat ${seen.heartbeat || 'none'}`;
