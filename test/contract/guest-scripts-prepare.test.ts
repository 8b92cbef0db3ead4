import { guestsUnder, NICS, PACKAGE, SHELLS, withDracut } from './guest-machine.ts';

describe.each(SHELLS)('under %s', (shell) => {
  const guestOf = guestsUnder(shell);

  test('prepare puts the drivers into every initramfs and the package beside', async () => {
    const guest = await guestOf();
    await withDracut(guest, ['6.1.0', '6.2.0']);
    const { json } = await guest.ask('prepare', { nics: NICS, hop: 1 });
    expect(json).toEqual({
      placed: [
        '/etc/dracut.conf.d/90-tranship-hyper-v.conf',
        '/var/lib/tranship/first-boot.nics',
        '/var/lib/tranship/first-boot.origin',
        '/var/lib/tranship/first-boot.sh',
        '/etc/systemd/system/tranship-first-boot.service',
      ],
    });
    expect(guest.read('boot/initramfs-6.2.0.img')).toContain('hv_storvsc.ko.xz');
    expect((await guest.ask('inspect', {})).json).toMatchObject({ facts: { hvModules: true } });
  });

  test('prepare twice leaves what prepare once left, and builds once', async () => {
    const guest = await guestOf();
    await withDracut(guest);
    const first = await guest.ask('prepare', { nics: NICS, hop: 1 });
    const files = guest.files();
    expect(await guest.ask('prepare', { nics: NICS, hop: 1 })).toEqual(first);
    expect(guest.files()).toEqual(files);
    expect(guest.calls().filter((call) => call.startsWith('dracut '))).toHaveLength(1);
  });

  test('prepare without a static adapter takes an older package away', async () => {
    const guest = await guestOf();
    await withDracut(guest);
    await guest.ask('prepare', { nics: NICS, hop: 1 });
    await guest.ask('prepare', { nics: [], hop: 1 });
    expect(guest.has(PACKAGE)).toBe(false);
  });

  test('prepare adds the drivers to a Debian, and keeps what its list had', async () => {
    const guest = await guestOf();
    await guest.write('lib/modules/6.1.0/kernel/x', '');
    await guest.write('boot/initrd.img-6.1.0', 'nothing\n');
    await guest.write('etc/initramfs-tools/modules', '# mine\nloop\nhv_utils\n');
    await guest.program('lsinitramfs', 'cat "$1"');
    await guest.program(
      'update-initramfs',
      'sed -n "s,^hv.*,kernel/drivers/&.ko," "$HERE/etc/initramfs-tools/modules" >"$HERE/boot/initrd.img-6.1.0"',
    );
    await guest.ask('prepare', { nics: [], hop: 1 });
    expect(guest.read('etc/initramfs-tools/modules')).toBe('# mine\nloop\nhv_utils\nhv_vmbus\nhv_storvsc\nhv_netvsc\n');
    expect(guest.calls()).toContain('update-initramfs -u -k all');
  });

  test('prepare without a tool for the initramfs says so', async () => {
    const guest = await guestOf();
    expect((await guest.ask('prepare', { nics: NICS, hop: 1 })).json).toMatchObject({
      error: { code: 'noInitramfsTool' },
    });
    expect(guest.has(PACKAGE)).toBe(false);
  });

  test('prepare that built in vain says so', async () => {
    const guest = await guestOf();
    await withDracut(guest);
    await guest.program('dracut', 'exit 0');
    expect((await guest.ask('prepare', { nics: NICS, hop: 1 })).json).toMatchObject({ error: { code: 'noDrivers' } });
    await guest.program('dracut', 'echo "no space left" >&2; exit 1');
    expect((await guest.ask('prepare', { nics: NICS, hop: 1 })).json).toMatchObject({
      error: { code: 'notRebuilt', message: 'dracut failed: no space left' },
    });
  });

  test('without systemd the package is started by cron', async () => {
    const guest = await guestOf();
    await withDracut(guest);
    await guest.remove('run/systemd');
    await guest.write('etc/cron.d/.placeholder', '');
    await guest.ask('prepare', { nics: NICS, hop: 1 });
    expect(guest.read('etc/cron.d/tranship-first-boot')).toBe('@reboot root /bin/sh /var/lib/tranship/first-boot.sh\n');
  });
});
