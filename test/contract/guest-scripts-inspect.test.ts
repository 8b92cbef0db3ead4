import { ANSWERS } from '../../activities/guest/wire.ts';
import { guestsUnder, MAC1, SHELLS, withDracut } from './guest-machine.ts';

describe.each(SHELLS)('under %s', (shell) => {
  const guestOf = guestsUnder(shell);

  test('inspect tells what the guest is like', async () => {
    const guest = await guestOf();
    const { json, lines } = await guest.ask('inspect', {});
    expect(lines).toHaveLength(1);
    expect(ANSWERS.inspect.parse(json)).toMatchObject({
      os: 'linux',
      osName: 'Debian GNU/Linux 12 (bookworm)',
      hostname: 'web-03',
      services: [],
      nics: [
        {
          mac: MAC1,
          name: 'gst3',
          addresses: ['10.0.0.5/24', 'fd00::5/64'],
          gateway: '10.0.0.1',
          dns: ['10.0.0.53'],
          dhcp: false,
        },
      ],
      volumes: [{ mount: '/' }],
      facts: { bitlocker: [], fstabByDevice: [], hvModules: false, initramfsTool: null, sanPolicy: null, agents: [] },
    });
  });

  test('inspect sees what stands in the way and what is bound to the hypervisor', async () => {
    const guest = await guestOf();
    await withDracut(guest);
    await guest.write('etc/fstab', '/dev/vdb1 /data ext4 defaults 0 2\n/dev/mapper/vg-lv /x ext4\nLABEL=y /y ext4\n');
    await guest.write('opt/azcmagent/bin/x', '');
    await guest.write('usr/local/nutanix/ngt/x', '');
    await guest.write('live/gst3', 'inet 10.0.0.5/24 scope global dynamic gst3\nvia 10.0.0.1\n');
    await guest.program('dpkg-query', 'case "$*" in *open-vm-tools) echo installed ;; *) exit 1 ;; esac');
    const { json } = await guest.ask('inspect', {});
    const seen = ANSWERS.inspect.parse(json);
    expect(seen.nics[0]?.dhcp).toBe(true);
    expect(seen.facts).toEqual({
      bitlocker: [],
      fstabByDevice: ['/dev/vdb1'],
      hvModules: false,
      initramfsTool: 'dracut',
      connectedMachineAgent: true,
      sanPolicy: null,
      agents: ['nutanix-guest-tools', 'open-vm-tools'],
    });
  });

  test('inspect keeps services that will run again, and leaves out those of the hypervisor and of people', async () => {
    const guest = await guestOf();
    await guest.program(
      'systemctl',
      `case "$1" in
  list-units) printf '%s\\n' 'nginx.service loaded active running Web' 'user@0.service loaded active running x' 'qemu-guest-agent.service loaded active running x' 'once.service loaded active running x' 'legacy.service loaded active running x' ;;
  is-enabled) case "$3" in nginx*) echo enabled ;; legacy*) echo generated ;; *) echo static; exit 1 ;; esac ;;
esac`,
    );
    expect((await guest.ask('inspect', {})).json.services).toEqual(['nginx', 'legacy']);
  });

  test('inspect counts volumes of disks, with odd letters in their names', async () => {
    const guest = await guestOf();
    await guest.write(
      'proc/mounts',
      '/dev/sda1 / ext4 rw 0 0\n/dev/loop0 /snap/x squashfs ro 0 0\n/dev/sdb1 /data\\040"x\\134y ext4 rw 0 0\ntmpfs /run tmpfs rw 0 0\n',
    );
    await guest.write('data "x\\y/file', '');
    const { volumes } = ANSWERS.inspect.parse((await guest.ask('inspect', {})).json);
    expect(volumes.map(({ mount }) => mount)).toEqual(['/', '/data "x\\y']);
    expect(volumes.every(({ total, used }) => total > used && used > 0)).toBe(true);
  });

  test('drivers that are built into the kernel need no image', async () => {
    const guest = await guestOf();
    await withDracut(guest);
    const names = ['hv_vmbus', 'hv_storvsc', 'hv_netvsc', 'hv_utils'].map((name) => `kernel/drivers/hv/${name}.ko\n`);
    await guest.write('lib/modules/6.1.0/modules.builtin', names.join(''));
    expect((await guest.ask('inspect', {})).json).toMatchObject({ facts: { hvModules: true } });
  });
});
