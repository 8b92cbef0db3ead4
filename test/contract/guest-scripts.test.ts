import { readdirSync, readFileSync } from 'node:fs';
import { guestScripts } from '../../activities/guest/scripts.ts';
import { guestsUnder, MAC1, NICS, SHELLS, withDracut } from './guest-machine.ts';

const VERBS = ['check', 'inspect', 'prepare', 'readdress', 'tidy'];

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

  test('every part is included somewhere', () => {
    const folder = 'activities/guest/scripts';
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => /\.(sh|ps1)$/.test(file));
    const all = files.map((file) => readFileSync(`${folder}/${file}`, 'utf8')).join('\n');
    const parts = files.filter((file) => file.startsWith('parts'));
    expect(parts.filter((part) => !all.includes(`\n#include ${part}\n`))).toEqual([]);
  });
});

describe.each(SHELLS)('under %s', (shell) => {
  const guestOf = guestsUnder(shell);

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
    await withDracut(guest);
    const before = guest.files();
    await guest.program('id', 'echo 1000');
    const { json } = await guest.ask('prepare', { nics: NICS, hop: 1 });
    expect(json).toMatchObject({ error: { code: 'notRoot' } });
    expect(guest.files()).toEqual(before);
  });

  test('an account that may become root without a password does', async () => {
    const guest = await guestOf();
    await withDracut(guest);
    await guest.program('id', 'echo 1000');
    await guest.program('sudo', 'sed -i s/1000/0/ "$HERE/.bin/id"; shift; exec "$@"');
    expect((await guest.ask('prepare', { nics: [], hop: 1 })).json).toMatchObject({ placed: [expect.any(String)] });
    expect(guest.calls().filter((call) => call.startsWith('sudo'))).toHaveLength(2);
  });
});
