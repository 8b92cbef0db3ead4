import { guestsUnder, MAC1, MAC2, type Machine, PACKAGE, SHELLS, STATIC, withPackage } from './guest-machine.ts';

describe.each(SHELLS)('under %s', (shell) => {
  const guestOf = guestsUnder(shell);

  interface Stack {
    readonly name: string;
    readonly arrange: (guest: Machine) => Promise<void>;
    readonly file: string;
    readonly text: string;
    readonly call: string;
  }

  const activeOnly = (unit: string): string => `[ "$1 $3" = "is-active ${unit}" ]`;

  const STACKS: readonly Stack[] = [
    {
      name: 'NetworkManager',
      arrange: async (guest) => {
        await guest.program('systemctl', activeOnly('NetworkManager'));
        await guest.program('nmcli', 'case "$*" in *STATE*) echo gst3:connected ;; esac');
      },
      file: 'etc/NetworkManager/system-connections/tranship-506b8d000001.nmconnection',
      text: `[connection]
id=tranship-506b8d000001
uuid=7472616e-7368-4970-8000-506b8d000001
type=ethernet
autoconnect=true
autoconnect-priority=999

[ethernet]
mac-address=${MAC1}

[ipv4]
method=manual
address1=10.1.0.5/24,10.1.0.1
dns=10.1.0.53;10.1.0.54;

[ipv6]
method=auto
`,
      call: 'nmcli --wait 30 connection up 7472616e-7368-4970-8000-506b8d000001',
    },
    {
      name: 'systemd-networkd, netplan or not',
      arrange: async (guest) => {
        await guest.program('systemctl', activeOnly('systemd-networkd'));
        await guest.program('networkctl');
      },
      file: 'etc/systemd/network/00-tranship-506b8d000001.network',
      text: `[Match]
MACAddress=${MAC1}
Name=gst3

[Network]
ConfigureWithoutCarrier=yes
Address=10.1.0.5/24
Gateway=10.1.0.1
DNS=10.1.0.53 10.1.0.54
`,
      call: 'networkctl reconfigure gst3',
    },
    {
      name: 'wicked',
      arrange: async (guest) => {
        await guest.program('systemctl', activeOnly('wicked'));
        await guest.program('wicked');
        await guest.program('netconfig');
        await guest.write('etc/sysconfig/network/config', 'A="1"\nNETCONFIG_DNS_STATIC_SERVERS=""\n');
      },
      file: 'etc/sysconfig/network/ifcfg-gst3',
      text: `STARTMODE='auto'\nBOOTPROTO='static'\nIPADDR='10.1.0.5/24'\n`,
      call: 'wicked ifreload gst3',
    },
    {
      name: 'ifcfg files',
      arrange: async (guest) => {
        await guest.write('etc/sysconfig/network-scripts/ifcfg-gst3', 'DEVICE=gst3\n');
        for (const name of ['ifup', 'ifdown']) await guest.program(name);
      },
      file: 'etc/sysconfig/network-scripts/ifcfg-gst3',
      text: `DEVICE=gst3\nHWADDR=${MAC1}\nTYPE=Ethernet\nONBOOT=yes\nBOOTPROTO=none\nIPADDR=10.1.0.5\nPREFIX=24\nGATEWAY=10.1.0.1\nDNS1=10.1.0.53\nDNS2=10.1.0.54\n`,
      call: 'ifup gst3',
    },
    {
      name: 'interfaces',
      arrange: async (guest) => {
        await guest.write(
          'etc/network/interfaces',
          '# all\nauto lo gst3\niface lo inet loopback\n\n# old one\niface gst3 inet static\n    address 10.0.0.5/24\n    gateway 10.0.0.1\niface gst3 inet6 auto\n',
        );
        for (const name of ['ifup', 'ifdown']) await guest.program(name);
      },
      file: 'etc/network/interfaces',
      text: '# all\nauto lo\niface lo inet loopback\n\niface gst3 inet6 auto\n# tranship gst3\nauto gst3\niface gst3 inet static\n    address 10.1.0.5\n    netmask 255.255.255.0\n    gateway 10.1.0.1\n    dns-nameservers 10.1.0.53 10.1.0.54\n',
      call: 'ifup gst3',
    },
  ];

  test.each(STACKS)(
    'readdress speaks to $name, and counts only what is live',
    async ({ arrange, file, text, call }) => {
      const guest = await guestOf();
      await arrange(guest);
      const asked = { nics: [{ mac: MAC1.toUpperCase(), dhcp: false, ...STATIC }] };
      expect((await guest.ask('readdress', asked)).json).toEqual({ applied: [] });
      expect(guest.read(file)).toBe(text);
      await guest.until(() => guest.calls().includes(call));
      await guest.until(() => guest.calls().includes('ip addr del 10.0.0.5/24 dev gst3'));

      await guest.write('live/gst3', 'inet 10.1.0.5/24 scope global gst3\nvia 10.1.0.1\n');
      const files = guest.files();
      expect((await guest.ask('readdress', asked)).json).toEqual({ applied: [MAC1] });
      expect(guest.files()).toEqual(files);
    },
  );

  test('readdress can ask for a lease', async () => {
    const guest = await guestOf();
    await STACKS[1]?.arrange(guest);
    await guest.ask('readdress', { nics: [{ mac: MAC1, dhcp: true }] });
    expect(guest.read(STACKS[1]?.file ?? '')).toMatch(/\nConfigureWithoutCarrier=yes\nDHCP=yes\n$/);
    await guest.until(() => guest.calls().includes('networkctl reconfigure gst3'));
  });

  test('readdress keeps a copy of the customer’s file as it was', async () => {
    const guest = await guestOf();
    await STACKS[4]?.arrange(guest);
    const before = guest.read('etc/network/interfaces');
    for (const ip of ['10.1.0.5', '10.1.0.6'])
      await guest.ask('readdress', { nics: [{ mac: MAC1, dhcp: false, ...STATIC, ip }] });
    expect(guest.read('var/lib/tranship/before/etc_network_interfaces')).toBe(before);
    await guest.until(() => guest.calls().filter((call) => call === 'ifup gst3').length === 2);
  });

  test('readdress leaves out an adapter that is not there', async () => {
    const guest = await guestOf();
    await STACKS[1]?.arrange(guest);
    expect((await guest.ask('readdress', { nics: [{ mac: MAC2, dhcp: false, ...STATIC }] })).json).toEqual({
      applied: [],
    });
  });

  test('an adapter without a carrier has all it can have once it is written', async () => {
    const guest = await guestOf();
    await STACKS[1]?.arrange(guest);
    await guest.write('sys/class/net/gst3/carrier', '0\n');
    const asked = { nics: [{ mac: MAC1, dhcp: false, ...STATIC }] };
    await guest.ask('readdress', asked);
    await guest.until(() => guest.calls().includes('networkctl reconfigure gst3'));
    expect((await guest.ask('readdress', asked)).json).toEqual({ applied: [MAC1] });
  });

  test('readdress takes the package away, which would do the same again', async () => {
    const guest = await withPackage(await guestOf());
    await guest.ask('readdress', { nics: [{ mac: MAC1, dhcp: false, ...STATIC }] });
    expect(guest.has(PACKAGE)).toBe(false);
    await guest.until(() => guest.calls().includes('ifup gst3'));
  });

  test('a guest whose network nothing configures that we know says so', async () => {
    const guest = await guestOf();
    const { json } = await guest.ask('readdress', { nics: [{ mac: MAC1, dhcp: false, ...STATIC }] });
    expect(json).toMatchObject({ error: { code: 'notConfigured' } });
  });
});
