import { execFile, spawn, spawnSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { guestScripts } from '../../activities/guest/scripts.ts';

const locate = (name: string): string | null =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .map((dir) => join(dir, name))
    .find((file) => existsSync(file)) ?? null;

/**
 * A BusyBox may be built so that its shell takes its own `ip` or `ifup` before any program in PATH. Such a shell would reach past the
 * stand-ins to the machine the test runs on.
 */
const keepsToPath = (file: string): boolean =>
  spawnSync(file, ['sh', '-c', 'ls /'], { env: { PATH: '/nonexistent' } }).status !== 0;

const isSafe = (name: string): boolean => {
  const file = locate(name);
  return file !== null && (name !== 'busybox' || keepsToPath(file));
};

/** Shells of this machine that guests have: Debian's, BusyBox's, and bash as `sh`. */
export const SHELLS = ['dash', 'busybox', 'bash'].filter(isSafe);

const TOOLS =
  'awk base64 cat chmod cp cut df grep head ln ls mkdir mktemp mv rm sed sort tail tr true uname wc env'.split(' ');

const scripts = guestScripts();

export interface Answered {
  readonly json: Record<string, unknown>;
  readonly lines: readonly string[];
}

/**
 * A scratch Linux: a root folder for every file, and a PATH that holds nothing but plain tools and stand-ins, so that no script can
 * touch the machine the test runs on.
 */
export const machine = async (shell: string) => {
  const root = await mkdtemp(join(tmpdir(), 'guest-'));
  const bin = join(root, '.bin');
  await mkdir(bin);
  const busybox = shell === 'busybox' ? locate('busybox') : null;
  const tool = async (name: string): Promise<void> => {
    const target = busybox ?? locate(name);
    if (target) await symlink(target, join(bin, name));
  };
  for (const name of TOOLS) await tool(name);
  await symlink(busybox ?? locate(shell) ?? '/bin/sh', join(bin, 'sh'));

  const path = (file: string): string => join(root, file);
  const write = async (file: string, text: string): Promise<void> => {
    await mkdir(dirname(path(file)), { recursive: true });
    await writeFile(path(file), text);
  };
  /** A stand-in for a program: it logs its words and then does what `body` says, with `$HERE` as the scratch root. */
  const program = async (name: string, body = ''): Promise<void> => {
    const text = `#!/bin/sh\nHERE='${root}'\nprintf '%s\\n' "${name} $*" >>"$HERE/.calls"\n${body}\n`;
    await writeFile(join(bin, name), text);
    await chmod(join(bin, name), 0o755);
  };
  const env = { PATH: bin, TRANSHIP_ROOT: root };

  const raw = (script: string, argument: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const child = spawn(join(bin, 'sh'), ['-s', '--', argument], { env, cwd: root });
      const said: Buffer[] = [];
      const complained: Buffer[] = [];
      child.stdout.on('data', (piece: Buffer) => said.push(piece));
      child.stderr.on('data', (piece: Buffer) => complained.push(piece));
      child.on('error', reject);
      child.on('close', () => {
        const noise = Buffer.concat(complained).toString('utf8');
        if (noise !== '') reject(new Error(`${script} complained: ${noise}`));
        else resolve(Buffer.concat(said).toString('utf8'));
      });
      child.stdin.end(scripts[script] ?? '');
    });

  const ask = async (verb: string, argument: object): Promise<Answered> => {
    const said = await raw(`${verb}.sh`, Buffer.from(JSON.stringify(argument)).toString('base64'));
    const lines = said.split('\n').filter((line) => line !== '');
    const json = /^<<GUEST>>(.*)<<END>>$/.exec(lines[0] ?? '')?.[1];
    if (!json) throw new Error(`no marked line: ${said}`);
    return { json: JSON.parse(json) as Record<string, unknown>, lines };
  };

  const adapter = async (name: string, mac: string, index: number): Promise<void> => {
    await mkdir(path(`sys/class/net/${name}/device`), { recursive: true });
    await write(`sys/class/net/${name}/address`, `${mac}\n`);
    await write(`sys/class/net/${name}/ifindex`, `${index}\n`);
    await write(`sys/class/net/${name}/carrier`, '1\n');
  };

  const read = (file: string): string => readFileSync(path(file), 'utf8');

  return {
    root,
    path,
    write,
    program,
    /** Lets the guest have a real tool of this machine. */
    tool,
    raw,
    ask,
    adapter,
    read,
    has: (file: string): boolean => existsSync(path(file)),
    calls: (): readonly string[] => (existsSync(path('.calls')) ? read('.calls').trimEnd().split('\n') : []),
    /** Runs a script that lies in the scratch root, as its own boot would. */
    boot: async (file: string): Promise<void> => {
      await promisify(execFile)(join(bin, 'sh'), [path(file)], { env, cwd: root });
    },
    remove: (file: string): Promise<void> => rm(path(file), { recursive: true, force: true }),
    /** Every file but our own log, as `path mode text`. */
    files: (): readonly string[] =>
      readdirSync(root, { recursive: true, encoding: 'utf8' })
        .filter((file) => !file.startsWith('.') && !file.endsWith('.log') && lstatSync(path(file)).isFile())
        .sort()
        .map((file) => `${file} ${(lstatSync(path(file)).mode & 0o777).toString(8)} ${read(file)}`),
    until: async (holds: () => boolean): Promise<void> => {
      for (let tries = 0; !holds(); tries += 1) {
        if (tries > 200) throw new Error(`it did not come true; calls were ${read('.calls')}`);
        await pause(20);
      }
    },
    // What a script left in the background may still write its call.
    end: (): Promise<void> => rm(root, { recursive: true, force: true, maxRetries: 5 }),
  };
};

export type Machine = Awaited<ReturnType<typeof machine>>;

export const MAC1 = '50:6b:8d:00:00:01';
export const MAC2 = '50:6b:8d:00:00:02';

/** `live/<adapter>` holds what the kernel would say: lines `family ip/prefix words`, and `via ip`. */
const IP = `
for word; do last=$word; done
case "$*" in
  *'neigh show'*) exit 0 ;;
  *'route show default dev '*) sed -n 's/^via \\(.*\\)/default via \\1 dev x/p' "$HERE/live/$last" 2>/dev/null ;;
  *'addr show dev '*)
    set -- $*
    four=; while [ $# -gt 0 ]; do case $1 in -4) four=yes ;; dev) dev=$2 ;; esac; shift; done
    sed -n "s/^\\(inet\${four:+ }\\)/2: $dev    \\1/p" "$HERE/live/$dev" 2>/dev/null ;;
esac
exit 0`;

/** An AHV guest with one adapter, as scripts find it. No machine that runs tests has an adapter of that name. */
export const ahvGuest = async (shell: string): Promise<Machine> => {
  const guest = await machine(shell);
  await guest.adapter('gst3', MAC1, 2);
  await guest.write('sys/class/dmi/id/product_uuid', 'AAAA-1\n');
  await guest.write('sys/class/dmi/id/sys_vendor', 'Nutanix\n');
  await guest.write('proc/sys/kernel/hostname', 'web-03\n');
  await guest.write('etc/os-release', 'NAME="Debian GNU/Linux"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n');
  await guest.write('etc/fstab', '# a comment /dev/sda9\nUUID=1 / ext4 defaults 0 1\n');
  await guest.write('proc/mounts', '/dev/sda1 / ext4 rw 0 0\nproc /proc proc rw 0 0\n');
  await guest.write('etc/resolv.conf', 'search example.org\nnameserver 10.0.0.53\n');
  await guest.write(
    'live/gst3',
    'inet 10.0.0.5/24 scope global gst3\ninet6 fd00::5/64 scope global dynamic\nvia 10.0.0.1\n',
  );
  await mkdir(guest.path('run/systemd/system'), { recursive: true });
  await guest.program('ip', IP);
  await guest.program('sleep');
  await guest.program('id', 'echo 0');
  await guest.program('systemctl', 'exit 3');
  return guest;
};

/** dracut as far as scripts see it: it puts into each image what its configuration names. */
export const withDracut = async (guest: Machine, kernels: readonly string[] = ['6.1.0']): Promise<void> => {
  for (const kernel of kernels) {
    await mkdir(guest.path(`lib/modules/${kernel}/kernel`), { recursive: true });
    await guest.write(`boot/initramfs-${kernel}.img`, '-rw-r--r-- 1 root 0 usr/lib/modules/x/ext4.ko.xz\n');
  }
  await guest.program('lsinitrd', 'cat "$1"');
  await guest.program(
    'dracut',
    `[ -f "$HERE/etc/dracut.conf.d/90-tranship-hyper-v.conf" ] || exit 1
for image in "$HERE"/boot/initramfs-*.img; do
  for module in hv_vmbus hv_storvsc hv_netvsc hv_utils; do
    grep -q "$module" "$HERE/etc/dracut.conf.d/90-tranship-hyper-v.conf" && printf '%s\\n' "lib/modules/x/$module.ko.xz" >>"$image"
  done
done`,
  );
};

export const STATIC = { ip: '10.1.0.5', prefix: 24, gateway: '10.1.0.1', dns: ['10.1.0.53', '10.1.0.54'] };

export const NICS = [{ mac: MAC1, index: 0, ...STATIC }];
export const PACKAGE = 'var/lib/tranship/first-boot.sh';
export const INTERFACES = 'auto lo\niface lo inet loopback\n';

/** Prepared: a guest of ifupdown with a package for the given adapters. */
export const withPackage = async (guest: Machine, nics: readonly object[] = NICS): Promise<Machine> => {
  await withDracut(guest);
  await guest.write('etc/network/interfaces', INTERFACES);
  for (const name of ['ifup', 'ifdown']) await guest.program(name);
  await guest.ask('prepare', { nics, hop: 1 });
  return guest;
};

/** Makes guests for the tests of one shell, and clears them away after each. */
export const guestsUnder = (shell: string): (() => Promise<Machine>) => {
  const made: Machine[] = [];
  afterEach(async () => {
    await Promise.all(made.splice(0).map((guest) => guest.end()));
  });
  return async () => {
    const guest = await ahvGuest(shell);
    made.push(guest);
    return guest;
  };
};
