import {
  guestsUnder,
  INTERFACES,
  MAC1,
  MAC2,
  type Machine,
  NICS,
  PACKAGE,
  SHELLS,
  STATIC,
  withPackage,
} from './guest-machine.ts';

describe.each(SHELLS)('under %s', (shell) => {
  const guestOf = guestsUnder(shell);

  test('a source that restarts keeps its own addresses', async () => {
    const guest = await withPackage(await guestOf());
    await guest.boot(PACKAGE);
    await guest.adapter('gst4', MAC2, 3);
    await guest.boot(PACKAGE);
    expect(guest.read('etc/network/interfaces')).toBe(INTERFACES);
    expect(guest.has(PACKAGE)).toBe(true);
  });

  const STANZA = `${INTERFACES}# tranship gst0
auto gst0
iface gst0 inet static
    address 10.1.0.5
    netmask 255.255.255.0
    gateway 10.1.0.1
    dns-nameservers 10.1.0.53 10.1.0.54
`;

  const moveTo = async (guest: Machine, mac: string): Promise<void> => {
    await guest.remove('sys/class/net/gst3');
    await guest.adapter('gst0', mac, 2);
    await guest.write('live/gst0', '');
  };

  test('on another machine the package gives the address to the adapter with its MAC, and is gone', async () => {
    const guest = await withPackage(await guestOf());
    await guest.write('sys/class/dmi/id/product_uuid', 'BBBB-2\n');
    await moveTo(guest, MAC1);
    await guest.boot(PACKAGE);
    expect(guest.read('etc/network/interfaces')).toBe(STANZA);
    expect(guest.calls()).toContain('ifup gst0');
    expect(
      ['first-boot.sh', 'first-boot.nics', 'first-boot.origin'].filter((file) => guest.has(`var/lib/tranship/${file}`)),
    ).toEqual([]);
    expect(guest.has('etc/systemd/system/tranship-first-boot.service')).toBe(false);
    expect(guest.has('etc/systemd/system/multi-user.target.wants/tranship-first-boot.service')).toBe(false);
  });

  test('where every MAC is new the package goes by the order of the adapters', async () => {
    const guest = await withPackage(await guestOf(), [{ mac: MAC2, index: 1, ...STATIC }]);
    await moveTo(guest, '00:15:5d:00:00:01');
    await guest.adapter('gst1', '00:15:5d:00:00:02', 3);
    await guest.boot(PACKAGE);
    expect(guest.read('etc/network/interfaces')).toBe(STANZA.replaceAll('gst0', 'gst1'));
  });

  test('the same machine under another maker is another machine', async () => {
    const guest = await withPackage(await guestOf());
    await guest.write('sys/class/dmi/id/sys_vendor', 'Microsoft Corporation\n');
    await moveTo(guest, MAC1);
    await guest.boot(PACKAGE);
    expect(guest.read('etc/network/interfaces')).toBe(STANZA);
  });

  test('an adapter that does not come leaves the package for the next boot', async () => {
    const guest = await withPackage(await guestOf(), [...NICS, { mac: MAC2, index: 1, ...STATIC, ip: '10.1.0.6' }]);
    await guest.write('sys/class/dmi/id/product_uuid', 'BBBB-2\n');
    await guest.boot(PACKAGE).catch(() => undefined);
    expect(guest.has(PACKAGE)).toBe(true);
    expect(guest.read('etc/network/interfaces')).toContain('address 10.1.0.5');
  });
});
