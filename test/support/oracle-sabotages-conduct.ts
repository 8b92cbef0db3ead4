import { add, change, drop, dropDecision, eventOf, move, number, of } from './oracle-bend.ts';
import { hopOne, seed } from './oracle-hops.ts';
import { begun, eight } from './oracle-journeys.ts';
import { back, bent, HOUR, isFinal, journey, landed, type Row } from './oracle-sabotage.ts';
import { power } from './oracle-steps.ts';

/** Against what people decide and what is left. */
export const conductSabotages: readonly Row[] = [
  ['capacity', 'more bytes are staged than the plan allows', journey(() => undefined, { stagingBytes: 2 ** 30 - 1 })],
  [
    'capacity',
    'more VMs are staged than the plan allows',
    bent(
      () => {
        const run = begun(eight());
        for (const each of run.journeys.slice(0, 3)) for (const step of [seed, hopOne]) step(run.draft, each);
        return run;
      },
      () => undefined,
      { stagingVms: 2 },
    ),
  ],
  [
    'capacity',
    'the volume of the staging host is over its size',
    journey((draft) =>
      Object.assign(draft.scenario, {
        hyperV: {
          ...draft.scenario.hyperV,
          volumes: [{ path: 'C:\\ClusterStorage\\Volume1', bytes: 2 ** 29, csv: true }],
        },
      }),
    ),
  ],
  [
    'rollback-loss',
    'the stated loss begins too late',
    back((draft) => {
      const stated = draft.decisions.find(({ gate }) => gate === 'rollBack');
      if (stated) stated.lossFrom = new Date(Date.parse(stated.lossFrom ?? '') + 1000).toISOString();
    }),
  ],
  [
    'rollback-loss',
    'no loss is stated',
    back((draft) => {
      const stated = draft.decisions.find(({ gate }) => gate === 'rollBack');
      delete stated?.lossFrom;
      delete stated?.lossTo;
    }),
  ],
  ['decisions', 'the source is stopped without a decision', journey((draft) => dropDecision(draft, 'cutover', 1))],
  ['decisions', 'the failover has no decision', journey((draft) => dropDecision(draft, 'cutover', 2))],
  [
    'decisions',
    'the decision comes after the stop',
    journey((draft) => {
      const made = draft.decisions.find(({ gate, hop }) => gate === 'cutover' && hop === 1);
      if (made) made.at += 5000;
    }),
  ],
  [
    'decisions',
    'the last decision was to reject',
    journey((draft) => {
      const made = draft.decisions[0];
      if (made) draft.decisions.splice(1, 0, { ...made, at: made.at + 10, decision: 'reject' });
    }),
  ],
  [
    'decisions',
    'the source is turned off by force without a decision',
    journey((draft, { source }) => change(eventOf(draft, 'vm.power', of(source, { to: 'off' })), { how: 'forced' })),
  ],
  ['decisions', 'replication is given up without a sign-off', journey((draft) => dropDecision(draft, 'signOff'))],
  ['decisions', 'the source is removed without a decision', journey((draft) => dropDecision(draft, 'decommission'))],
  [
    'nothing-early',
    'staging is deleted before the sign-off',
    journey((draft, { staged, landed }) => {
      const served = eventOf(draft, 'failover.ended', ({ target }) => target === landed.id);
      move(draft, eventOf(draft, 'vm.removed', of(staged)), { after: served });
    }),
  ],
  [
    'nothing-early',
    'the disks of staging are deleted before it is',
    landed((draft, { staged }) => {
      const file = staged.disks[1]?.file ?? '';
      draft.attic.set(file, draft.disks.get(file) ?? new Map());
      draft.disks.delete(file);
    }),
  ],
  [
    'nothing-early',
    'the source is removed before its decision',
    journey((draft, { source }) => {
      eventOf(draft, 'vm.removed', of(source)).at -= HOUR;
    }),
  ],
  [
    'nothing-early',
    'the source is removed in the hold',
    journey(
      (draft, { source }) => {
        eventOf(draft, 'vm.removed', of(source)).at -= 20 * HOUR;
        const made = draft.decisions.find(({ gate }) => gate === 'decommission');
        if (made) made.at -= 20 * HOUR;
      },
      { holdMs: 24 * HOUR },
    ),
  ],
  ['leftovers', 'a backup job is left', journey((draft) => drop(draft, 'job.removed'))],
  ['leftovers', 'a mount is left', journey((draft) => drop(draft, 'mount.migrated'))],
  ['leftovers', 'a restore point is left', journey((draft) => drop(draft, 'point.removed', isFinal))],
  ['leftovers', 'a protected item is left', journey((draft) => drop(draft, 'item.removed'))],
  ['leftovers', 'a licence instance is left', journey((draft) => drop(draft, 'licence.released'))],
  [
    'leftovers',
    'the staged VM is left',
    journey((draft, { staged }) => {
      drop(draft, 'vm.removed', of(staged));
      draft.vms.set(staged.id, staged);
      for (const { file } of staged.disks) draft.disks.set(file, draft.attic.get(file) ?? new Map());
    }),
  ],
  [
    'leftovers',
    'the disks of the staged VM are left',
    back((draft, { staged }) => {
      const file = staged.disks[0]?.file ?? '';
      draft.disks.set(file, draft.attic.get(file) ?? new Map());
    }),
  ],
  [
    'leftovers',
    'a checkpoint is left',
    journey((_draft, { landed }) => change(landed.extra, { 'hyperV.snapshots': [{ id: 'c', mergedAt: null }] })),
  ],
  [
    'effects',
    'the failover is posted twice',
    journey((draft) => {
      const first = eventOf(draft, 'failover.accepted');
      add(draft, first, 'failover.accepted', { ...first, job: 'failover-again', legal: false });
    }),
  ],
  [
    'effects',
    'two backup jobs are made',
    journey((draft, { wish }) => {
      const first = eventOf(draft, 'job.created');
      const second = add(draft, first, 'job.created', { ...first, job: 'job-again' });
      add(draft, second, 'job.removed', { product: 'veeam', job: 'job-again', origin: wish.uuid });
    }),
  ],
  [
    'effects',
    'the VM is mounted twice',
    journey((draft, { staged }) => {
      const first = eventOf(draft, 'mount.started');
      const second = { ...first, mount: 'mount-again', vm: `${staged.id}-again` };
      const stopped = add(draft, first, 'mount.stopped', second);
      move(draft, add(draft, first, 'mount.started', second), { before: stopped });
    }),
  ],
  [
    'effects',
    'the migration to production is started twice',
    journey((draft) => {
      const first = eventOf(draft, 'mount.migrating');
      add(draft, first, 'mount.migrating', first);
    }),
  ],
  [
    'effects',
    'two protected items are made',
    journey((draft) => {
      const first = eventOf(draft, 'item.created');
      const second = add(draft, first, 'item.created', { ...first, item: 'item-again' });
      add(draft, second, 'item.removed', { ...first, item: 'item-again' });
    }),
  ],
  [
    'effects',
    'the target is turned off and on again for nothing',
    journey((draft, { landed }) => {
      power(draft, landed, 'off', 'guest', 'arm:stop');
      power(draft, landed, 'on', 'boot', 'arm:start');
      const shown = draft.events.filter(({ kind, vm }) => kind === 'guest.addresses' && vm === landed.id);
      draft.events.push({ ...eventOf(draft, 'guest.up', of(landed)), at: draft.now });
      for (const event of shown) draft.events.push({ ...event, at: draft.now });
    }),
  ],
  [
    'rig',
    'an event is missing',
    journey((draft) => {
      number(draft);
      drop(draft, 'lab.started');
    }),
  ],
  [
    'rig',
    'somebody decided about a VM that does not exist',
    journey((draft) => {
      const made = draft.decisions[0];
      if (made) draft.decisions.push({ ...made, vm: '00000000-0000-4000-8000-000000000000' });
    }),
  ],
  ['rig', 'a VM went off without an event', journey((_draft, { landed }) => change(landed, { power: 'off' }))],
  [
    'rig',
    'a VM exists that nothing in the log made',
    journey((draft, { landed }) => void draft.vms.set('stray', { ...landed, id: 'stray', name: 'stray' })),
  ],
  ['end-state', 'it came to another end than expected', journey(() => undefined, { expect: 'rolledBack' })],
];
