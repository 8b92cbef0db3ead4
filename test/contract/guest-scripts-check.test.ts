import { type AddressInfo, createServer } from 'node:net';
import { ANSWERS } from '../../activities/guest/wire.ts';
import { guestsUnder, SHELLS } from './guest-machine.ts';

describe.each(SHELLS)('under %s', (shell) => {
  const guestOf = guestsUnder(shell);

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
  ])('a smoke test that expects %j and is given %s with %j has passed: %s', async (expect_, status, body, passed) => {
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
