import { readdirSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { guestScripts } from '../../activities/guest/scripts.ts';
import { ANSWERS } from '../../activities/guest/wire.ts';
import { ahvGuest, MAC1, MAC2, type Machine, SHELLS, STATIC, withDracut } from './guest-machine.ts';

const made: Machine[] = [];
const keep = (guest: Machine): Machine => {
  made.push(guest);
  return guest;
};
afterEach(async () => {
  await Promise.all(made.splice(0).map((guest) => guest.end()));
});

const VERBS = ['check', 'inspect', 'prepare', 'readdress', 'tidy'];
const PACKAGE = 'var/lib/tranship/first-boot.sh';

describe('the scripts', () => {
  const scripts = guestScripts();

  test('there is each of the five for both kinds of guest', () => {
    expect(Object.keys(scripts).sort()).toEqual(VERBS.flatMap((verb) => [`${verb}.ps1`, `${verb}.sh`]));
  });

  test.each(Object.keys(scripts))('%s says in its first line what it is, and is whole', (name) => {
    expect(scripts[name]?.split('\n')[0]).toBe(`# tranship guest: ${name.split('.')[0]}`);
    expect(scripts[name]).not.toMatch(/^#include/m);
  });

  test.each(Object.keys(scripts))('%s runs no text as code and is ASCII', (name) => {
    const code = scripts[name]?.replaceAll(/^\s*#.*$/gm, '') ?? '';
    expect(code).not.toMatch(/\beval\b|Invoke-Expression|\biex\b|ExpandString|\[scriptblock\]::Create/i);
    expect([...code].filter((letter) => letter > '\u007e')).toEqual([]);
  });

  test('every part stands in a script', () => {
    const all = Object.values(scripts).join('\n');
    const parts = readdirSync('activities/guest/scripts/parts');
    const first = guestScripts('activities/guest/scripts/parts');
    expect(parts.filter((part) => !all.includes(first[part]?.trimEnd() ?? 'nothing'))).toEqual([]);
  });
});

describe.each(SHELLS)('under %s', (shell) => {
  const guestOf = async (): Promise<Machine> => keep(await ahvGuest(shell));

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
          name: 'ens3',
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
    await guest.write('live/ens3', 'inet 10.0.0.5/24 scope global dynamic ens3\nvia 10.0.0.1\n');
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

  test('whatever stands in a text of the argument comes back as it was, and none of it is run', async () => {
    const guest = await guestOf();
    const nasty = [
      'a b',
      `it's "quoted"`,
      '$(touch pwned)',
      '`touch pwned`',
      '; touch pwned #',
      'back\\slash \\n \\0101 %s',
      '-rf',
      'tab\there',
      'h\u00e9\u{1f600}',
      '*',
      '',
    ];
    await guest.program('systemctl', 'exit 0');
    const { json } = await guest.ask('check', {
      services: nasty,
      smoke: { kind: 'tcp', target: '$(touch pwned):1', expect: '"' },
    });
    expect(json.services).toEqual(nasty);
    expect(json.smoke).toEqual({ passed: false, detail: '$(touch pwned):1 is not host:port' });
    expect(guest.has('pwned')).toBe(false);
  });

  test('a line break in a text is no second text', async () => {
    const guest = await guestOf();
    await guest.program('systemctl', 'exit 0');
    await guest.program('curl', 'printf "%s" "503"; printf x >"$5"');
    const target = 'http://127.0.0.1/\n$(touch pwned)';
    const { json, lines } = await guest.ask('check', { services: [], smoke: { kind: 'http', target, expect: '200' } });
    expect(lines).toHaveLength(1);
    expect(json.smoke).toMatchObject({ passed: false, detail: `${target} answered 503, expected 200` });
    expect(guest.has('pwned')).toBe(false);
  });

  test.each([
    ['a MAC', { mac: '$(touch pwned)', ip: '10.0.0.9', prefix: 24 }],
    ['a MAC with more after it', { mac: `${MAC1}\nx`, ip: '10.0.0.9', prefix: 24 }],
    ['an address', { mac: MAC1, ip: '10.0.0.9; touch pwned', prefix: 24 }],
    ['an address of two lines', { mac: MAC1, ip: '10.0.0.9\n10.0.0.8', prefix: 24 }],
    ['a number too large', { mac: MAC1, ip: '10.0.0.256', prefix: 24 }],
    ['a prefix', { mac: MAC1, ip: '10.0.0.9', prefix: 33 }],
    ['a gateway', { mac: MAC1, ip: '10.0.0.9', prefix: 24, gateway: '"', dns: [] }],
    ['a DNS server', { mac: MAC1, ip: '10.0.0.9', prefix: 24, gateway: null, dns: ['10.0.0.53 #'] }],
  ])('%s that is none is refused before anything is written', async (_, nic) => {
    const guest = await guestOf();
    const before = guest.files();
    for (const verb of ['prepare', 'readdress'])
      expect((await guest.ask(verb, { nics: [nic], hop: 1 })).json).toMatchObject({ error: { code: 'badArgument' } });
    expect(guest.files()).toEqual(before);
    expect(guest.has('pwned')).toBe(false);
  });

  test.each(['', '{"a":', '[1,]', '{"a":1}x', '{"a":"\\ud800"}', '{"a b":1}'])(
    '%j is refused as an argument',
    async (text) => {
      const guest = await guestOf();
      const said = await guest.raw('inspect.sh', Buffer.from(text).toString('base64'));
      expect(said).toMatch(/^<<GUEST>>\{"error":\{"code":"badArgument".*\}\}<<END>>\n$/);
    },
  );

  test('an account that is not root is told so, and nothing is done', async () => {
    const guest = await guestOf();
    await guest.remove('.bin/id');
    await guest.program('id', 'echo 1000');
    const { json } = await guest.ask('prepare', { nics: [], hop: 1 }, { TRANSHIP_ROOT: '' });
    expect(json).toMatchObject({ error: { code: 'notRoot' } });
  });

  test('an account that may become root without a password does', async () => {
    const guest = await guestOf();
    await withDracut(guest);
    await guest.remove('.bin/id');
    await guest.program('id', 'echo 1000');
    await guest.program('sudo', 'shift; exec "$@"');
    expect((await guest.ask('prepare', { nics: [], hop: 1 })).json).toMatchObject({ placed: [expect.any(String)] });
    expect(guest.calls().filter((call) => call.startsWith('sudo'))).toHaveLength(2);
  });

  const nics = [{ mac: MAC1, index: 0, ...STATIC }];

  test('prepare puts the drivers into every initramfs and the package beside', async () => {
    const guest = await guestOf();
    await withDracut(guest, ['6.1.0', '6.2.0']);
    const { json } = await guest.ask('prepare', { nics, hop: 1 });
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
    const first = await guest.ask('prepare', { nics, hop: 1 });
    const files = guest.files();
    expect(await guest.ask('prepare', { nics, hop: 1 })).toEqual(first);
    expect(guest.files()).toEqual(files);
    expect(guest.calls().filter((call) => call.startsWith('dracut '))).toHaveLength(1);
  });

  test('prepare without a static adapter takes an older package away', async () => {
    const guest = await guestOf();
    await withDracut(guest);
    await guest.ask('prepare', { nics, hop: 1 });
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

  test('drivers that are built into the kernel need no image', async () => {
    const guest = await guestOf();
    await withDracut(guest);
    const names = ['hv_vmbus', 'hv_storvsc', 'hv_netvsc', 'hv_utils'].map((name) => `kernel/drivers/hv/${name}.ko\n`);
    await guest.write('lib/modules/6.1.0/modules.builtin', names.join(''));
    expect((await guest.ask('inspect', {})).json).toMatchObject({ facts: { hvModules: true } });
  });

  test('prepare without a tool for the initramfs says so', async () => {
    const guest = await guestOf();
    expect((await guest.ask('prepare', { nics, hop: 1 })).json).toMatchObject({ error: { code: 'noInitramfsTool' } });
    expect(guest.has(PACKAGE)).toBe(false);
  });

  test('prepare that built in vain says so', async () => {
    const guest = await guestOf();
    await withDracut(guest);
    await guest.program('dracut', 'exit 0');
    expect((await guest.ask('prepare', { nics, hop: 1 })).json).toMatchObject({ error: { code: 'noDrivers' } });
    await guest.program('dracut', 'echo "no space left" >&2; exit 1');
    expect((await guest.ask('prepare', { nics, hop: 1 })).json).toMatchObject({
      error: { code: 'notRebuilt', message: 'dracut failed: no space left' },
    });
  });

  test('without systemd the package is started by cron', async () => {
    const guest = await guestOf();
    await withDracut(guest);
    await guest.remove('run/systemd');
    await guest.write('etc/cron.d/.placeholder', '');
    await guest.ask('prepare', { nics, hop: 1 });
    expect(guest.read('etc/cron.d/tranship-first-boot')).toBe('@reboot root /bin/sh /var/lib/tranship/first-boot.sh\n');
  });

  const packed = async (asked = nics): Promise<Machine> => {
    const guest = await guestOf();
    await withDracut(guest);
    await guest.write('etc/network/interfaces', 'auto lo\niface lo inet loopback\n');
    for (const name of ['ifup', 'ifdown']) await guest.program(name);
    await guest.ask('prepare', { nics: asked, hop: 1 });
    return guest;
  };
  const untouched = 'auto lo\niface lo inet loopback\n';

  test('a source that restarts keeps its own addresses', async () => {
    const guest = await packed();
    await guest.boot(PACKAGE);
    await guest.adapter('ens4', MAC2, 3);
    await guest.boot(PACKAGE);
    expect(guest.read('etc/network/interfaces')).toBe(untouched);
    expect(guest.has(PACKAGE)).toBe(true);
  });

  const STANZA = `${untouched}# tranship eth0
auto eth0
iface eth0 inet static
    address 10.1.0.5
    netmask 255.255.255.0
    gateway 10.1.0.1
    dns-nameservers 10.1.0.53 10.1.0.54
`;

  const moveTo = async (guest: Machine, mac: string): Promise<void> => {
    await guest.remove('sys/class/net/ens3');
    await guest.adapter('eth0', mac, 2);
    await guest.write('live/eth0', '');
  };

  test('on another machine the package gives the address to the adapter with its MAC, and is gone', async () => {
    const guest = await packed();
    await guest.write('sys/class/dmi/id/product_uuid', 'BBBB-2\n');
    await moveTo(guest, MAC1);
    await guest.boot(PACKAGE);
    expect(guest.read('etc/network/interfaces')).toBe(STANZA);
    expect(guest.calls()).toContain('ifup eth0');
    expect(
      ['first-boot.sh', 'first-boot.nics', 'first-boot.origin'].filter((file) => guest.has(`var/lib/tranship/${file}`)),
    ).toEqual([]);
    expect(guest.has('etc/systemd/system/tranship-first-boot.service')).toBe(false);
    expect(guest.has('etc/systemd/system/multi-user.target.wants/tranship-first-boot.service')).toBe(false);
  });

  test('where every MAC is new the package goes by the order of the adapters', async () => {
    const guest = await packed([{ mac: MAC2, index: 1, ...STATIC }]);
    await moveTo(guest, '00:15:5d:00:00:01');
    await guest.adapter('eth1', '00:15:5d:00:00:02', 3);
    await guest.boot(PACKAGE);
    expect(guest.read('etc/network/interfaces')).toBe(STANZA.replaceAll('eth0', 'eth1'));
  });

  test('the same machine under another maker is another machine', async () => {
    const guest = await packed();
    await guest.write('sys/class/dmi/id/sys_vendor', 'Microsoft Corporation\n');
    await moveTo(guest, MAC1);
    await guest.boot(PACKAGE);
    expect(guest.read('etc/network/interfaces')).toBe(STANZA);
  });

  test('an adapter that does not come leaves the package for the next boot', async () => {
    const guest = await packed([...nics, { mac: MAC2, index: 1, ...STATIC, ip: '10.1.0.6' }]);
    await guest.write('sys/class/dmi/id/product_uuid', 'BBBB-2\n');
    await guest.boot(PACKAGE).catch(() => undefined);
    expect(guest.has(PACKAGE)).toBe(true);
    expect(guest.read('etc/network/interfaces')).toContain('address 10.1.0.5');
  });

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
        await guest.program('nmcli', 'case "$*" in *STATE*) echo ens3:connected ;; esac');
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
Name=ens3

[Network]
ConfigureWithoutCarrier=yes
Address=10.1.0.5/24
Gateway=10.1.0.1
DNS=10.1.0.53 10.1.0.54
`,
      call: 'networkctl reconfigure ens3',
    },
    {
      name: 'wicked',
      arrange: async (guest) => {
        await guest.program('systemctl', activeOnly('wicked'));
        await guest.program('wicked');
        await guest.program('netconfig');
        await guest.write('etc/sysconfig/network/config', 'A="1"\nNETCONFIG_DNS_STATIC_SERVERS=""\n');
      },
      file: 'etc/sysconfig/network/ifcfg-ens3',
      text: `STARTMODE='auto'\nBOOTPROTO='static'\nIPADDR='10.1.0.5/24'\n`,
      call: 'wicked ifreload ens3',
    },
    {
      name: 'ifcfg files',
      arrange: async (guest) => {
        await guest.write('etc/sysconfig/network-scripts/ifcfg-ens3', 'DEVICE=ens3\n');
        for (const name of ['ifup', 'ifdown']) await guest.program(name);
      },
      file: 'etc/sysconfig/network-scripts/ifcfg-ens3',
      text: `DEVICE=ens3\nHWADDR=${MAC1}\nTYPE=Ethernet\nONBOOT=yes\nBOOTPROTO=none\nIPADDR=10.1.0.5\nPREFIX=24\nGATEWAY=10.1.0.1\nDNS1=10.1.0.53\nDNS2=10.1.0.54\n`,
      call: 'ifup ens3',
    },
    {
      name: 'interfaces',
      arrange: async (guest) => {
        await guest.write(
          'etc/network/interfaces',
          '# all\nauto lo ens3\niface lo inet loopback\n\n# old one\niface ens3 inet static\n    address 10.0.0.5/24\n    gateway 10.0.0.1\niface ens3 inet6 auto\n',
        );
        for (const name of ['ifup', 'ifdown']) await guest.program(name);
      },
      file: 'etc/network/interfaces',
      text: '# all\nauto lo\niface lo inet loopback\n\niface ens3 inet6 auto\n# tranship ens3\nauto ens3\niface ens3 inet static\n    address 10.1.0.5\n    netmask 255.255.255.0\n    gateway 10.1.0.1\n    dns-nameservers 10.1.0.53 10.1.0.54\n',
      call: 'ifup ens3',
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
      await guest.until(() => guest.calls().includes('ip addr del 10.0.0.5/24 dev ens3'));

      await guest.write('live/ens3', 'inet 10.1.0.5/24 scope global ens3\nvia 10.1.0.1\n');
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
    await guest.until(() => guest.calls().includes('networkctl reconfigure ens3'));
  });

  test('readdress keeps a copy of the customer’s file as it was', async () => {
    const guest = await guestOf();
    await STACKS[4]?.arrange(guest);
    const before = guest.read('etc/network/interfaces');
    for (const ip of ['10.1.0.5', '10.1.0.6'])
      await guest.ask('readdress', { nics: [{ mac: MAC1, dhcp: false, ...STATIC, ip }] });
    expect(guest.read('var/lib/tranship/before/etc_network_interfaces')).toBe(before);
    await guest.until(() => guest.calls().filter((call) => call === 'ifup ens3').length === 2);
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
    await guest.write('sys/class/net/ens3/carrier', '0\n');
    const asked = { nics: [{ mac: MAC1, dhcp: false, ...STATIC }] };
    await guest.ask('readdress', asked);
    await guest.until(() => guest.calls().includes('networkctl reconfigure ens3'));
    expect((await guest.ask('readdress', asked)).json).toEqual({ applied: [MAC1] });
  });

  test('readdress takes the package away, which would do the same again', async () => {
    const guest = await packed();
    await guest.ask('readdress', { nics: [{ mac: MAC1, dhcp: false, ...STATIC }] });
    expect(guest.has(PACKAGE)).toBe(false);
    await guest.until(() => guest.calls().includes('ifup ens3'));
  });

  test('a guest whose network nothing configures that we know says so', async () => {
    const guest = await guestOf();
    const { json } = await guest.ask('readdress', { nics: [{ mac: MAC1, dhcp: false, ...STATIC }] });
    expect(json).toMatchObject({ error: { code: 'notConfigured' } });
  });

  const none = { kind: 'none', target: '', expect: '' };

  test('check tells what runs, what is reached and what the disks complain of', async () => {
    const guest = await guestOf();
    await guest.program('systemctl', '[ "$1 $2 $4" = "is-active --quiet nginx.service" ]');
    await guest.program('ping', '[ "$5" = 10.0.0.1 ]');
    await guest.program(
      'dmesg',
      `printf '%s\\n' 'blk_update_request: I/O error, dev fd0, sector 0' 'sr 0:0:0:1: [sr0] I/O error' 'EXT4-fs error (device sda1): "bad"' 'all is well'`,
    );
    const { json } = await guest.ask('check', { services: ['nginx', 'cups'], smoke: none });
    expect(ANSWERS.check.parse(json)).toMatchObject({
      services: ['nginx'],
      gatewayReachable: { '10.0.0.1': true },
      dnsReachable: { '10.0.0.53': false },
      smoke: { passed: true },
      diskErrors: ['EXT4-fs error (device sda1): "bad"'],
      secureChannel: null,
    });
  });

  test('check gives services that start late their time', async () => {
    const guest = await guestOf();
    await guest.program('systemctl', '[ "$(grep -c "^systemctl is-active" "$HERE/.calls")" -gt 3 ]');
    expect((await guest.ask('check', { services: ['slow'], smoke: none })).json.services).toEqual(['slow']);
    expect(guest.calls().filter((call) => call === 'sleep 5').length).toBeGreaterThan(0);
  });

  test.each([
    ['200', '200', 'hello', true],
    ['200', '503', 'hello', false],
    ['hell', '200', 'say hello', true],
    ['bye', '200', 'say hello', false],
    ['', '302', '', true],
    ['', '404', '', false],
  ])('a smoke test that expects %j and gets %s with %j ends %s-ly', async (expect_, status, body, passed) => {
    const guest = await guestOf();
    await guest.program('curl', `printf '%s' '${body}' >"$6"; printf '%s' '${status}'`);
    const smoke = { kind: 'http', target: 'http://localhost:8080/health?a=b&c', expect: expect_ };
    expect((await guest.ask('check', { services: [], smoke })).json.smoke).toMatchObject({ passed });
    expect(guest.calls().filter((call) => call.startsWith('curl'))[0]).toMatch(
      / -- http:\/\/localhost:8080\/health\?a=b&c$/,
    );
  });

  test('a smoke test by TCP connects, and reads what the other side says first', async () => {
    const guest = await guestOf();
    const reader = shell === 'busybox' ? ['nc'] : ['bash', 'timeout'];
    await Promise.all(reader.map((tool) => guest.tool(tool)));
    const server = createServer((socket) => socket.end('220 mail.example.org ready\r\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const target = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const outcome = async (expected: string) =>
      (await guest.ask('check', { services: [], smoke: { kind: 'tcp', target, expect: expected } })).json.smoke;
    expect(await outcome('mail.example.org')).toMatchObject({ passed: true });
    expect(await outcome('another')).toMatchObject({ passed: false });
    await new Promise((resolve) => server.close(resolve));
    expect(await outcome('')).toMatchObject({ passed: false, detail: `${target} took no connection` });
  });

  test('tidy takes off what was asked for and is known, and answers what is gone', async () => {
    const guest = await guestOf();
    await guest.write(
      'usr/local/nutanix/ngt/python/bin/uninstall_ngt.sh',
      'rm -r "$TRANSHIP_ROOT/usr/local/nutanix/ngt"\n',
    );
    await guest.program('dpkg-query', '[ -f "$HERE/gone" ] || echo installed');
    await guest.program('apt-get', ': >"$HERE/gone"');
    const agents = ['nutanix-guest-tools', 'open-vm-tools', 'nginx', 'open-vm-tools\nnginx', '-y nginx'];
    expect((await guest.ask('tidy', { agents })).json).toEqual({ removed: ['nutanix-guest-tools', 'open-vm-tools'] });
    expect(guest.calls().filter((call) => call.startsWith('apt-get'))).toEqual(['apt-get -y -q remove open-vm-tools']);
    expect((await guest.ask('tidy', { agents })).json).toEqual({ removed: [] });
  });
});
