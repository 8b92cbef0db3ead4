import type { Json } from '../../activities/arm/reading.ts';
import { accepted, failing, lost } from './azure-fake.ts';
import {
  FAILED_OVER,
  INSTANCE,
  ITEM,
  itemIn,
  itemOrder,
  jobId,
  LANDING,
  MACHINE,
  moverOver,
  operationOrder,
  PREDECESSOR,
  project,
  protectOrder,
  READY,
  VAULT,
} from './azure-project.ts';

const PUT = /protectedItems\/[^/]+$/;
const ENABLE_FAILED = itemIn('EnablingFailed', {
  allowedJobs: ['DisableProtection'],
  replicationHealth: 'Critical',
  healthErrors: [
    {
      code: 'HyperVToAzStackHCIProtectionStateEnablingFailed',
      summary: 'could not be enabled',
      message: 'Protection could not be enabled.',
      causes: 'The account is private.',
      recommendation: 'Stop replication on the machine and then retry.',
    },
  ],
});

const enablingJob = (state: string, task: string): Json => ({
  properties: {
    displayName: 'Create or update protected item',
    state,
    startTime: '2026-03-01T11:00:00Z',
    objectId: ITEM,
    tasks: [{ taskName: task, state: state === 'Failed' ? 'Failed' : 'Started' }],
    errors: [],
  },
});

const acceptingPuts = (azure: ReturnType<typeof project>, after: Json = itemIn('UnprotectedStatesBegin')) =>
  azure.script(({ method }, path) => {
    if (method !== 'PUT' || !PUT.test(path)) return undefined;
    azure.put(ITEM, after);
    azure.put(jobId('e1'), enablingJob('Started', 'Enabling Protection'));
    return { ...accepted('e1'), status: 201 };
  });

test('protect puts the whole landing: disks in the predecessor’s order, adapters mapped, ids resolved', async () => {
  const azure = project();
  acceptingPuts(azure);
  expect(await failing(moverOver(azure).protect(protectOrder()))).toMatchObject({ type: 'NotFinished' });
  const body = azure.sent.find(({ method }) => method === 'PUT')?.body;
  expect(body).toEqual({
    properties: {
      policyName: 'shop-vaultHyperVToAzStackHCIpolicy',
      replicationExtensionName: 'src1234-tgt1234-MigReplicationExtn',
      customProperties: expect.objectContaining({
        instanceType: 'HyperVToAzStackHCI',
        targetHciClusterId: INSTANCE.target.cluster,
        targetArcClusterCustomLocationId: INSTANCE.target.customLocation,
        customLocationRegion: 'swedencentral',
        fabricDiscoveryMachineId: MACHINE,
        runAsAccountId: expect.stringContaining('runasaccounts/r1'),
        sourceFabricAgentName: 'src1234-dra',
        targetFabricAgentName: 'tgt1234-dra',
        targetVmName: 'web-01',
        hyperVGeneration: '2',
        targetCpuCores: 4,
        targetMemoryInMegaBytes: 8192,
        storageContainerId: INSTANCE.target.storagePaths.fast,
        disksToInclude: [
          {
            diskId: 'Microsoft:VM\\C\\0\\0\\L',
            diskSizeGB: 127,
            diskFileFormat: 'VHDX',
            isDynamic: true,
            isOsDisk: true,
          },
          {
            diskId: 'Microsoft:VM\\C\\0\\1\\L',
            diskSizeGB: 1,
            diskFileFormat: 'VHDX',
            isDynamic: true,
            isOsDisk: false,
            storageContainerId: INSTANCE.target.storagePaths.slow,
          },
        ],
        nicsToInclude: [
          {
            nicId: 'Microsoft:VM\\N1',
            targetNetworkId: INSTANCE.target.logicalNetworks.back,
            testNetworkId: INSTANCE.target.logicalNetworks.back,
            selectionTypeForFailover: 'SelectedByUser',
          },
          {
            nicId: 'Microsoft:VM\\N0',
            targetNetworkId: INSTANCE.target.logicalNetworks.front,
            testNetworkId: INSTANCE.target.logicalNetworks.front,
            selectionTypeForFailover: 'SelectedByUser',
          },
          { nicId: 'Microsoft:VM\\N2', selectionTypeForFailover: 'NotSelected' },
        ],
      }),
    },
  });
});

test('protect waits for enabling with its running task and answers when it has ended', async () => {
  const azure = project();
  acceptingPuts(azure);
  const mover = moverOver(azure);
  await failing(mover.protect(protectOrder()));
  expect(await failing(mover.protect(protectOrder()))).toMatchObject({
    type: 'NotFinished',
    message: expect.stringContaining('Enabling Protection'),
  });
  azure.put(ITEM, itemIn('InitialReplicationInProgress', { allowedJobs: ['DisableProtection'] }));
  expect(await mover.protect(protectOrder())).toEqual({ item: ITEM, adopted: false });
  expect(azure.count('PUT', PUT)).toBe(1);
});

test('a PUT whose answer is lost is found again, not made again', async () => {
  const azure = project();
  azure.script(({ method }, path) => {
    if (method !== 'PUT' || !PUT.test(path)) return undefined;
    azure.put(ITEM, itemIn('EnablingProtection'));
    return lost();
  });
  expect(await failing(moverOver(azure).protect(protectOrder()))).toMatchObject({ type: 'Unreachable' });
  azure.put(ITEM, READY);
  expect(await moverOver(azure).protect(protectOrder())).toEqual({ item: ITEM, adopted: false });
  expect(azure.count('PUT', PUT)).toBe(1);
});

test('an item with the ids in other casings is the same item', async () => {
  const azure = project();
  azure.put(
    ITEM.toUpperCase(),
    itemIn('Protected', { allowedJobs: ['PlannedFailover'] }, { fabricDiscoveryMachineId: MACHINE.toUpperCase() }),
  );
  expect(await moverOver(azure).protect(protectOrder())).toMatchObject({ adopted: false });
});

test('an item that lands otherwise is a conflict, and adopted only where the plan says so', async () => {
  const azure = project();
  azure.put(
    ITEM,
    itemIn('Protected', { allowedJobs: ['PlannedFailover'] }, { targetVmName: 'web-old', targetCpuCores: 2 }),
  );
  const { type, message } = await failing(moverOver(azure).protect(protectOrder()));
  expect(type).toBe('Conflict');
  expect(message).toContain('web-old');
  expect(message).toContain('2 CPUs');
  expect(await moverOver(azure).protect(protectOrder({ settings: { adoptItem: true } }))).toMatchObject({
    adopted: true,
  });
});

test('a VM the appliance has not found yet is waited for', async () => {
  const azure = project();
  azure.drop(MACHINE);
  expect(await failing(moverOver(azure).protect(protectOrder()))).toMatchObject({
    type: 'NotFinished',
    message: expect.stringContaining('not discovered'),
  });
  expect(azure.count('PUT', PUT)).toBe(0);
});

const machineWith = (azure: ReturnType<typeof project>, over: { readonly [key: string]: Json }) => {
  const { properties } = azure.get(MACHINE) as { readonly properties: { readonly [key: string]: Json } };
  azure.put(MACHINE, { properties: { ...properties, ...over } });
};

test.each([
  ['off', { powerStatus: 'PowerOff' }, 'NotFinished'],
  ['silent', { operatingSystemDetails: { osType: null, osName: null } }, 'NotFinished'],
  ['not highly available yet', { highAvailability: 'No' }, 'NotFinished'],
])('a discovered VM that is %s is not replicated', async (_, over, type) => {
  const azure = project();
  machineWith(azure, over);
  expect(await failing(moverOver(azure).protect(protectOrder()))).toMatchObject({ type });
  expect(azure.count('PUT', PUT)).toBe(0);
});

test('a failed enabling is told with the vendor’s health errors and a fix, and is not repeated by itself', async () => {
  const azure = project();
  azure.put(ITEM, ENABLE_FAILED);
  const { type, message, told } = await failing(moverOver(azure).protect(protectOrder()));
  expect(type).toBe('Vendor');
  expect(message).toContain('HyperVToAzStackHCIProtectionStateEnablingFailed');
  expect(message).toContain('The account is private.');
  expect(told.fix).toContain('recreateFailed');
  expect(told.facts).toMatchObject({ protection: ITEM, adopted: false });
  expect(azure.count('PUT', PUT) + azure.count('DELETE', PUT)).toBe(0);
});

test('a failed enabling is removed and made anew when the settings say so, once', async () => {
  const azure = project();
  azure.put(ITEM, ENABLE_FAILED);
  acceptingPuts(azure, ENABLE_FAILED);
  const mover = moverOver(azure);
  const again = protectOrder({ settings: { recreateFailed: true } });
  expect(await failing(mover.protect(again))).toMatchObject({ type: 'NotFinished' });
  expect(await failing(mover.protect(again))).toMatchObject({ type: 'NotFinished' });
  expect(await failing(mover.protect(again))).toMatchObject({ type: 'Vendor' });
  expect(azure.count('DELETE', PUT)).toBe(1);
  expect(azure.count('PUT', PUT)).toBe(1);
});

test('an enabling that failed in its job and left no item is told', async () => {
  const azure = project();
  azure.script(({ method }, path) => {
    if (method !== 'PUT' || !PUT.test(path)) return undefined;
    azure.put(jobId('e1'), enablingJob('Failed', 'Initializing Protection'));
    return accepted('e1');
  });
  const mover = moverOver(azure);
  await failing(mover.protect(protectOrder()));
  expect(await failing(mover.protect(protectOrder()))).toMatchObject({
    type: 'Vendor',
    message: expect.stringContaining('Initializing Protection'),
  });
});

test('without policy or extension the operator is told to run initialise', async () => {
  const azure = project();
  azure.drop(`${VAULT}/replicationExtensions/src1234-tgt1234-MigReplicationExtn`);
  const { type, told } = await failing(moverOver(azure).protect(protectOrder()));
  expect(type).toBe('Configuration');
  expect(told.fix).toContain('initialise');
});

test('disks that cannot be told apart are not guessed', async () => {
  const disks = PREDECESSOR.disks.map((disk) => ({ id: disk.id, bytes: 1_073_741_824, boot: disk.boot }));
  const { type } = await failing(
    moverOver(project()).protect(protectOrder({ predecessor: { ...PREDECESSOR, disks } })),
  );
  expect(type).toBe('Configuration');
});

test.each([
  ['an unknown network', { nics: [{ source: 0, network: 'nowhere', vlan: null, address: 'keep' as const }] }],
  ['an unknown storage path', { storagePath: 'nowhere' }],
  ['a reserved name', { name: 'Windows-01' }],
  ['another generation', { generation: 1 as const }],
])('a landing with %s is refused before anything is sent', async (_, over) => {
  const azure = project();
  expect(await failing(moverOver(azure).protect(protectOrder({ landing: { ...LANDING, ...over } })))).toMatchObject({
    type: 'Configuration',
  });
  expect(azure.count('PUT', PUT)).toBe(0);
});

test('synchronise tells the percent of the first copy and is done when Azure would fail over', async () => {
  const azure = project();
  azure.put(
    ITEM,
    itemIn(
      'InitialReplicationInProgress',
      { allowedJobs: ['DisableProtection'] },
      { initialReplicationProgressPercentage: 37 },
    ),
  );
  const order = { ...itemOrder('synchronise'), round: 0, after: null, final: false };
  expect(await failing(moverOver(azure).synchronise(order))).toMatchObject({
    type: 'NotFinished',
    message: expect.stringContaining('37 %'),
  });
  azure.put(ITEM, READY);
  expect(await moverOver(azure).synchronise(order)).toEqual({
    run: null,
    point: 'point-7',
    pointAt: '2026-03-01T11:30:00Z',
    movedBytes: null,
    totalBytes: 137_438_953_472,
  });
});

test('Protected without the job allowed is not ready', async () => {
  const azure = project();
  azure.put(ITEM, itemIn('Protected', { allowedJobs: ['DisableProtection'] }));
  expect(
    await failing(moverOver(azure).synchronise({ ...itemOrder('synchronise'), round: 0, after: null, final: false })),
  ).toMatchObject({ type: 'NotFinished' });
});

test('a later round waits for another recovery point', async () => {
  const azure = project();
  azure.put(ITEM, READY);
  const order = { ...itemOrder('synchronise'), round: 1, after: 'point-7', final: false };
  expect(await failing(moverOver(azure).synchronise(order))).toMatchObject({ type: 'NotFinished' });
  expect(await moverOver(azure).synchronise({ ...order, after: 'point-6' })).toMatchObject({ point: 'point-7' });
});

test('a hundred waiting VMs cost one read', async () => {
  const azure = project();
  azure.put(ITEM, itemIn('InitialReplicationInProgress'));
  const mover = moverOver(azure);
  const order = { ...itemOrder('synchronise'), round: 0, after: null, final: false };
  await Promise.all(Array.from({ length: 100 }, () => failing(mover.synchronise(order))));
  expect(azure.sent).toHaveLength(1);
});

test('a replication that looks ready in the list is read again before it is told to be ready', async () => {
  const azure = project();
  azure.put(ITEM, READY);
  const mover = moverOver(azure);
  const order = { ...itemOrder('synchronise'), round: 0, after: null, final: false };
  await mover.synchronise(order);
  azure.put(ITEM, itemIn('InitialReplicationFailed', { allowedJobs: ['DisableProtection'] }));
  expect(await failing(mover.synchronise(order))).toMatchObject({ type: 'Vendor' });
});

test('lag is the age of the last recovery point on Azure’s clock', async () => {
  const azure = project();
  azure.put(ITEM, READY);
  expect(await moverOver(azure).lag(itemOrder('lag'))).toMatchObject({
    point: 'point-7',
    ageSeconds: 1800,
    healthy: true,
  });
  azure.put(ITEM, itemIn('Protected', { resyncRequired: 'true' }));
  expect(await moverOver(azure).lag(itemOrder('lag'))).toMatchObject({ healthy: false });
});

test('commit deletes the item of a finished failover and is done when it is gone', async () => {
  const azure = project();
  azure.put(ITEM, FAILED_OVER);
  azure.script(({ method }, path) => {
    if (method !== 'DELETE' || !PUT.test(path)) return undefined;
    azure.put(ITEM, itemIn('DisablingProtection'));
    return accepted('d1');
  });
  const mover = moverOver(azure);
  expect(await failing(mover.commit(operationOrder('commit')))).toMatchObject({ type: 'NotFinished' });
  expect(await failing(mover.commit(operationOrder('commit')))).toMatchObject({ type: 'NotFinished' });
  azure.drop(ITEM);
  expect(await mover.commit(operationOrder('commit'))).toEqual({ committed: true });
  expect(azure.count('DELETE', PUT)).toBe(1);
  expect(azure.sent.find(({ method }) => method === 'DELETE')?.url).toContain('forceDelete=False');
});

test('commit does not throw away a replication that has not been failed over', async () => {
  const azure = project();
  azure.put(ITEM, READY);
  expect(await failing(moverOver(azure).commit(operationOrder('commit')))).toMatchObject({ type: 'Refused' });
  expect(azure.count('DELETE', PUT)).toBe(0);
});

test('a DELETE accepted with 202 and refused in its job is told', async () => {
  const azure = project();
  azure.put(ITEM, FAILED_OVER);
  azure.put(jobId('d1'), {
    properties: {
      displayName: 'Delete protected item',
      state: 'Failed',
      tasks: [],
      errors: [{ code: '1001012', message: 'not now' }],
    },
  });
  azure.script(({ method }) => (method === 'DELETE' ? accepted('d1') : undefined));
  const mover = moverOver(azure);
  await failing(mover.commit(operationOrder('commit')));
  expect(await failing(mover.commit(operationOrder('commit')))).toMatchObject({
    type: 'Refused',
    message: expect.stringContaining('not now'),
  });
});

test('an item that is gone is committed and retired', async () => {
  const azure = project();
  expect(await moverOver(azure).commit(operationOrder('commit'))).toEqual({ committed: true });
  expect(await moverOver(azure).retire({ ...itemOrder('retire'), adopted: false })).toEqual({ retired: true });
  expect(azure.count('DELETE', /./)).toBe(0);
});

test('an adopted item is never retired', async () => {
  const azure = project();
  azure.put(ITEM, READY);
  expect(await moverOver(azure).retire({ ...itemOrder('retire'), adopted: true })).toEqual({ retired: false });
  expect(azure.count('DELETE', /./)).toBe(0);
});

test('abandon ends a replication before the failover and leaves one after it alone', async () => {
  const azure = project();
  azure.put(ITEM, READY);
  expect(await moverOver(azure).abandon(operationOrder('abandon'))).toEqual({ successorGone: true });
  expect(azure.get(ITEM)).toBeUndefined();
  azure.put(ITEM, FAILED_OVER);
  expect(await moverOver(azure).abandon(operationOrder('abandon'))).toEqual({ successorGone: false });
  expect(azure.get(ITEM)).toBeDefined();
});
