import { findingsOfSite, isPrismSupported } from '../../activities/ahv/findings-of-site.ts';
import { readMarker, withMarker, withoutMarker } from '../../activities/ahv/marker.ts';
import { throttled, unreachable } from '../../activities/contracts/mishap.ts';
import type { JsonObject } from '../../activities/http/reading.ts';
import { execution, mishapOf, order, prismCentral, refusal, token, VM } from './ahv-prism.ts';

const preflightOrder = {
  to: order('x').to,
  token: token('preflight'),
  role: 'source' as const,
  vm: VM,
  landing: null,
  bytesNeeded: 0,
  journey: VM.id,
};

const found = async (vm: Record<string, unknown>, set: (prism: ReturnType<typeof prismCentral>) => void = () => {}) => {
  const prism = prismCentral({ vm });
  set(prism);
  const report = await execution(prism).platform.preflight(preflightOrder);
  return report.findings.filter(({ severity }) => severity !== 'info').map(({ id, severity }) => `${id} ${severity}`);
};

describe('preflight of a source', () => {
  test('a plain VM on a supported cluster blocks nothing and comes with its description', async () => {
    const prism = prismCentral();
    const report = await execution(prism).platform.preflight(preflightOrder);
    expect(report.findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
    expect(report.productVersion).toBe('pc.2024.3.1');
    expect(report.description).toMatchObject({
      power: 'on',
      os: 'windows',
      firmware: 'uefi',
      cpus: 4,
      memoryMb: 8192,
      guestReachable: true,
      autostart: null,
      disks: [{ id: 'disk-1', bytes: 40 * 1024 ** 3, boot: true }],
    });
    expect(prism.changes()).toEqual([]);
  });

  const group = { extId: 'd9', backingInfo: { volumeGroupExtId: 'vg-1' } };
  const large = { extId: 'd1', backingInfo: { diskSizeBytes: 3 * 1024 ** 4 } };
  test.each<[string, Record<string, unknown>, string]>([
    ['a volume group', { disks: [group] }, 'PF-112 block'],
    ['a GPU', { gpus: [{ name: 'T4' }] }, 'PF-213 block'],
    ['a PCIe device', { pcieDevices: [{}] }, 'PF-213 block'],
    ['a vTPM', { vtpmConfig: { isVtpmEnabled: true } }, 'PF-208 block'],
    [
      'Secure Boot',
      { bootConfig: { $objectType: 'vmm.v4.ahv.config.UefiBoot', isSecureBootEnabled: true } },
      'PF-208 warn',
    ],
    ['an agent VM', { isAgentVm: true }, 'PF-213 block'],
    ['no guest tools', { guestTools: null }, 'PF-111 warn'],
    ['a hidden power state', { powerState: '$REDACTED' }, 'PF-106 block'],
    ['a paused machine', { powerState: 'PAUSED' }, 'PF-114 block'],
    ['a migration under way', { isCrossClusterMigrationInProgress: true }, 'PF-114 block'],
    ['a protection policy', { protectionType: 'RULE_PROTECTED' }, 'PF-114 warn'],
    ['firmware that is not told', { bootConfig: null }, 'PF-209 warn'],
    [
      'a BIOS boot disk over 2 TB',
      { bootConfig: { $objectType: 'vmm.v4.ahv.config.LegacyBoot' }, disks: [large] },
      'PF-210 block',
    ],
  ])('finds %s', async (_, vm, finding) => {
    expect(await found(vm)).toContain(finding);
  });

  test('finds a task that works on it, and not one that works on another', async () => {
    const task = (extId: string) => ({
      status: 'RUNNING',
      operationDescription: 'Clone',
      entitiesAffected: [{ extId }],
    });
    expect(await found({}, (prism) => prism.site.busy.push(task('another')))).toEqual([]);
    expect(await found({}, (prism) => prism.site.busy.push(task(VM.id)))).toEqual(['PF-114 block']);
  });

  test('finds that there is no recovery point', async () => {
    expect(await found({}, (prism) => prism.site.points.pop())).toEqual(['PF-113 warn']);
  });

  test('a side question that is refused leaves a gap, not a failure', async () => {
    expect(await found({}, (prism) => prism.odd(/vm-recovery-points/, () => refusal(403, 'ACCESS_DENIED')))).toEqual(
      [],
    );
  });

  test('a VM that is not there blocks', async () => {
    const prism = prismCentral();
    prism.odd(/vms\//, () => refusal(404, 'ENTITY_NOT_FOUND'));
    const report = await execution(prism).platform.preflight(preflightOrder);
    expect(report.findings).toContainEqual(expect.objectContaining({ id: 'PF-100', severity: 'block' }));
    expect(report.description).toBeUndefined();
  });

  test('as a target AHV blocks', async () => {
    const report = await execution(prismCentral()).platform.preflight({ ...preflightOrder, role: 'target', vm: null });
    expect(report.findings).toContainEqual(expect.objectContaining({ id: 'PF-100', severity: 'block' }));
  });
});

describe('the site', () => {
  test.each([
    ['pc.2022.6', true],
    ['pc.2022.1', false],
    ['pc.2024.3.1.10', true],
    ['pc.2024.3.1.11', false],
    ['pc.7.3', true],
    ['pc.7.3.1.2', false],
    ['pc.7.3.1.3', false],
    ['pc.7.3.1.4', true],
    ['pc.7.5.0.0', false],
    ['pc.7.5.1', true],
  ])('Prism Central %s: supported is %s', (version, expected) => {
    expect(isPrismSupported(version)).toBe(expected);
  });

  const cluster = (change: JsonObject): JsonObject => ({
    config: { buildInfo: { version: '6.8.1.6' }, hypervisorTypes: ['AHV'] },
    network: { externalDataServiceIp: { ipv4: { value: '10.0.0.9' } } },
    ...change,
  });
  const ids = (one: JsonObject | null, version: string | null = 'pc.7.3'): string[] =>
    findingsOfSite('ahv', one, version)
      .filter(({ severity }) => severity === 'block')
      .map(({ id }) => id);

  test.each<[string, JsonObject, string[]]>([
    ['all well', {}, []],
    ['old AOS', { config: { buildInfo: { version: '6.8.1.5' } } }, ['PF-101']],
    ['no data services address', { network: {} }, ['PF-103']],
    ['not AHV', { config: { buildInfo: { version: '7.0' }, hypervisorTypes: ['ESX'] } }, ['PF-104']],
  ])('%s', (_, change, expected) => {
    expect(ids(cluster(change))).toEqual(expected);
  });

  test('no cluster', () => expect(ids(null)).toEqual(['PF-101']));
});

describe('Prism as a server', () => {
  test('speaks the older of the two versions', async () => {
    const prism = prismCentral();
    await execution(prism).platform.describe(order('describe'));
    expect(prism.asked(/GET .*vmm/)[0]?.path).toContain('/api/vmm/v4.1/');
  });

  test('without the question it is taken for 4.0', async () => {
    const prism = prismCentral();
    prism.odd(/OPTIONS/, () => refusal(404, 'NOT_FOUND'), 9);
    await execution(prism).platform.describe(order('describe'));
    expect(prism.asked(/GET .*vmm/)[0]?.path).toContain('/api/vmm/v4.0/');
  });

  test('of another major version is a matter of configuration', async () => {
    const prism = prismCentral();
    prism.odd(/OPTIONS/, () => ({ status: 200, headers: {}, body: { data: 'v5.0' } }));
    expect(await mishapOf(execution(prism).platform.describe(order('describe')))).toBe('Configuration');
  });

  test.each<[number, string, string]>([
    [403, 'IAM_AUTHORIZATION_ERROR', 'Configuration'],
    [401, 'AUTHENTICATION_REQUIRED', 'Configuration'],
    [400, 'RATE_LIMIT_EXCEEDED', 'Throttled'],
    [400, 'RESOURCE_BUSY', 'Throttled'],
    [409, 'ANYTHING', 'Throttled'],
    [400, 'ENTITY_NOT_FOUND', 'Missing'],
    [400, 'CLUSTERMGMT_SERVICE_ERROR', 'Unreachable'],
    [422, 'VM_INVALID', 'Refused'],
  ])('%s %s on a reading is %s', async (status, group, expected) => {
    const prism = prismCentral();
    prism.odd(/GET .*vms/, () => refusal(status, group), 9);
    expect(await mishapOf(execution(prism).platform.describe(order('describe')))).toBe(expected);
  });

  test('a bare 404 says that nobody serves the path, not that the VM is gone', async () => {
    const prism = prismCentral();
    const bare = () => ({ status: 404, headers: {}, body: null });
    prism.odd(/GET .*vms/, bare, 9);
    expect(await mishapOf(execution(prism).platform.describe(order('describe')))).toBe('Unreachable');
    const removal = { ...order('decommission'), journey: VM.id, alive: [] };
    expect(await mishapOf(execution(prism).platform.remove(removal))).toBe('Unreachable');
  });

  test('a changed password is read once more, and no oftener', async () => {
    const prism = prismCentral();
    const passwords = ['old', 'new'];
    let reads = 0;
    prism.odd(/GET .*vms/, () => refusal(401, 'UNAUTHORIZED'));
    await execution(prism, { resolveSecret: async () => passwords[reads++] ?? 'new' }).platform.describe(
      order('describe'),
    );
    expect(reads).toBe(2);
  });

  test('no failure of ours holds the password', async () => {
    const prism = prismCentral();
    prism.odd(/GET .*vms/, () => refusal(403, 'ACCESS_DENIED', 'denied'));
    const error = await execution(prism)
      .platform.describe(order('describe'))
      .catch((failure: unknown) => failure);
    expect(JSON.stringify(error) + String(error)).not.toMatch(/hunter2|c3ZjOmh1bnRlcjI/);
  });

  test('an answer without a tag changes nothing', async () => {
    const prism = prismCentral({ vm: { powerState: 'OFF' } });
    prism.odd(/GET .*vms/, (_, usual) => ({ ...usual(), headers: {} }), 9);
    expect(await mishapOf(execution(prism).platform.powerOn(order('powerOn')))).toBe('Unreachable');
    expect(prism.changes()).toEqual([]);
  });

  test('what the transport throws goes through as it is', async () => {
    const prism = prismCentral();
    prism.odd(/GET .*vms/, () => {
      throw throttled('slow down', 5_000);
    });
    expect(await mishapOf(execution(prism).platform.describe(order('describe')))).toBe('Throttled');
    prism.odd(/GET .*vms/, () => {
      throw unreachable('gone');
    });
    expect(await mishapOf(execution(prism).platform.describe(order('describe')))).toBe('Unreachable');
  });
});

describe('the mark in a description', () => {
  const mark = { token: token('isolate'), up: ['a', 'b'] };
  test.each([null, '', 'shop front', 'two\nlines'])('comes back from behind %j, which stays as it was', (text) => {
    const marked = withMarker(text, mark);
    expect(readMarker(marked)).toEqual(mark);
    expect(withoutMarker(marked)).toBe(text ?? '');
  });
  test('written twice it is there once', () => {
    const marked = withMarker(withMarker('x', mark), { ...mark, up: [] });
    expect(readMarker(marked)?.up).toEqual([]);
    expect(marked.match(/tranship:/g)).toHaveLength(1);
  });
  test('an owner’s brackets are no mark', () => expect(readMarker('[tranship: moved soon up=x]')).toBeNull());
});
