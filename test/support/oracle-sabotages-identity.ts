import { add, change, drop, eventOf, move, of } from './oracle-bend.ts';
import { back, fullPoint, isFinal, journey, landed, many, type Row } from './oracle-sabotage.ts';
import { boot, plug, power } from './oracle-steps.ts';

/** Against what a VM is and where it serves. */
export const identitySabotages: readonly Row[] = [
  [
    'blocks',
    'one acknowledged write is not on the target',
    journey((draft, { staged, landed }) => {
      const ack = draft.acks.get(staged.id)?.find(({ disk, seq }) => disk === 1 && seq % 10 === 3);
      draft.disks.get(landed.disks[1]?.file ?? '')?.delete(ack?.block ?? 0);
    }),
  ],
  [
    'blocks',
    'the staged VM lacks the last increment',
    journey((draft, { source, staged }) => {
      const seq = Math.max(...(draft.acks.get(source.id) ?? []).map((ack) => ack.seq));
      for (const { file } of staged.disks) draft.attic.get(file)?.delete(16 + seq);
    }),
  ],
  [
    'blocks',
    'a block nobody wrote to is damaged on the target',
    journey((draft, { landed }) => void draft.disks.get(landed.disks[0]?.file ?? '')?.set(4119, Buffer.from('{}'))),
  ],
  [
    'blocks',
    'the target lacks a disk',
    journey((draft, { landed }) => {
      const created = eventOf(draft, 'vm.created', of(landed));
      created.disks = (created.disks as unknown[]).slice(0, 1);
    }),
  ],
  [
    'landing',
    'the target has the wrong memory',
    journey((draft, { landed }) => change(eventOf(draft, 'vm.created', of(landed)), { memoryMb: 4096 })),
  ],
  [
    'landing',
    'the staged VM keeps the processors the mover gave it',
    journey((draft, { staged }) => change(eventOf(draft, 'vm.reshaped', of(staged)), { cpus: 2 })),
  ],
  [
    'landing',
    'an adapter of the target is on the wrong network',
    journey((draft, { landed }) =>
      Object.assign(eventOf(draft, 'vm.nic', of(landed)), { network: 'lnet-dhcp-230', vlan: 230 }),
    ),
  ],
  [
    'landing',
    'an adapter of the staged VM has the wrong VLAN',
    journey((draft, { staged }) => change(eventOf(draft, 'vm.nic', of(staged)), { vlan: 120 })),
  ],
  [
    'landing',
    'the guest shows another address than planned',
    journey((draft, { landed }) => change(eventOf(draft, 'guest.addresses', of(landed)), { ips: ['10.10.210.99'] })),
  ],
  [
    'landing',
    'the staged VM has the name of the original',
    journey((draft, { staged, wish }) => change(eventOf(draft, 'vm.created', of(staged)), { name: wish.name })),
  ],
  [
    'landing',
    'a disk of the target lies on another storage path',
    journey((draft, { landed }) => {
      const disk = draft.vms.get(landed.id)?.disks[0];
      if (disk) disk.path = 'c:\\clusterstorage\\userstorage_2\\0.vhdx';
    }),
  ],
  [
    'landing',
    'the target is off at the end',
    journey((draft, { landed }) => void power(draft, landed, 'off', 'guest', 'arm:stop')),
  ],
  [
    'one-holder',
    'the staged VM goes off an event after the target came up',
    journey((draft, { staged, landed }) =>
      move(draft, eventOf(draft, 'vm.power', of(staged, { to: 'off' })), {
        after: eventOf(draft, 'guest.up', of(landed)),
      }),
    ),
  ],
  [
    'one-holder',
    'a source an admin has powered on is plugged in while the target serves',
    landed((draft, { source }) => {
      boot(draft, source, 'admin');
      for (const nic of [...source.nics]) plug(draft, source, { ...nic, connected: true }, 'prism:update-nic:x');
    }),
  ],
  [
    'one-holder',
    'two VMs show the same address on one network',
    many((draft, first, second) => {
      const shown = eventOf(draft, 'guest.addresses', of(first.landed)).ips as string[];
      const other = eventOf(draft, 'guest.addresses', of(second.landed));
      other.ips = [...(other.ips as string[]), ...shown];
    }),
  ],
  [
    'one-holder',
    'two VMs have the same MAC on one network',
    many((draft, first, second) => {
      const mac = eventOf(draft, 'vm.nic', of(first.landed)).mac;
      eventOf(draft, 'vm.nic', of(second.landed)).mac = mac;
      eventOf(draft, 'guest.addresses', of(second.landed)).mac = mac;
    }),
  ],
  [
    'fence',
    'autostart of the source is on during the hold',
    journey((draft, { source, staged }) => {
      const fields = { vm: source.id, origin: source.origin, on: true, by: 'prism:update-vm:x' };
      add(draft, eventOf(draft, 'vm.removed', of(staged)), 'vm.autostart', fields);
    }),
  ],
  [
    'fence',
    'the staged VM still starts with its host when the target serves',
    journey((draft, { staged }) => drop(draft, 'vm.autostart', of(staged))),
  ],
  [
    'fence',
    'the source is powered on by us while the target serves',
    landed((draft, { source }) => void power(draft, source, 'on', 'boot', 'prism:power-on:x')),
  ],
  [
    'fence',
    'the source is powered on early: its successor has not stopped',
    back((draft, { source, staged }) => {
      const on = eventOf(draft, 'vm.power', of(source, { to: 'on', by: `prism:power-on:${source.id}` }));
      move(draft, on, { before: eventOf(draft, 'vm.power', of(staged, { to: 'off' })) });
    }),
  ],
  ['fence', 'the source is never unplugged', journey((draft, { source }) => drop(draft, 'vm.nic', of(source)))],
  [
    'fence',
    'the source is plugged in again during the hold',
    journey((draft, { source, staged }) => {
      const unplugged = eventOf(draft, 'vm.nic', of(source));
      add(draft, eventOf(draft, 'vm.removed', of(staged)), 'vm.nic', { ...unplugged, connected: true });
    }),
  ],
  [
    'fence',
    'the staged VM stays plugged in after the failover',
    journey((draft, { staged }) => drop(draft, 'vm.nic', of(staged, { connected: false }))),
  ],
  [
    'final-sync',
    'the mount is made from an earlier run',
    journey((draft) => change(eventOf(draft, 'mount.started'), { point: fullPoint(draft) })),
  ],
  [
    'final-sync',
    'the final sync is skipped',
    journey((draft) => {
      eventOf(draft, 'mount.started').point = fullPoint(draft);
      for (const kind of ['run.started', 'point.created', 'run.ended', 'point.removed']) drop(draft, kind, isFinal);
    }),
  ],
  [
    'final-sync',
    'the final run began before the source was off',
    journey((draft, { source }) =>
      move(draft, eventOf(draft, 'run.started', isFinal), {
        before: eventOf(draft, 'vm.power', of(source, { to: 'off' })),
      }),
    ),
  ],
  [
    'final-sync',
    'the source was on for a while between the final run and the mount',
    journey((draft, { source }) => {
      const off = eventOf(draft, 'vm.power', of(source, { to: 'off' }));
      const on = add(draft, eventOf(draft, 'run.ended', isFinal), 'vm.power', {
        ...off,
        to: 'on',
        how: 'boot',
        by: 'admin',
      });
      add(draft, on, 'vm.power', { ...off, how: 'forced', by: 'admin' });
    }),
  ],
];
