import { createHmac } from 'node:crypto';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { noticeSender } from '../../activities/notices/index.ts';
import { type Letter, letterOf } from '../../domain/letter.ts';
import type { MailReceiver, Matter, WebReceiver } from '../../domain/notice.ts';
import { type Certificate, certificate } from '../support/certificate.ts';
import { type HookServer, hookServer } from '../support/hook-server.ts';
import { type MailServer, mailServer } from '../support/mail-server.ts';

let server: HookServer;
let trusted: Certificate;
const secrets = new Map<string, string>();
const stops: (() => unknown)[] = [];

beforeAll(async () => {
  [server, trusted] = await Promise.all([hookServer(), certificate()]);
});
beforeEach(() => {
  server.reset();
  secrets.clear();
  secrets.set('env:URL', `${server.url}/T000/B000/s3cret?sig=alsos3cret`);
});
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});
afterAll(async () => {
  await server.stop();
  trusted.remove();
});

const send = noticeSender({
  resolveSecret: async (ref) => {
    const value = secrets.get(ref);
    if (value === undefined) throw new Error(`no ${ref}`);
    return value;
  },
  patienceMs: 1_500,
});

const web = (kind: WebReceiver['kind'], change: Partial<WebReceiver> = {}): WebReceiver => ({
  ...{ name: 'ops', kind, url: 'env:URL', for: 'all', kinds: ['decision'], batchMs: 0 },
  ...change,
});

const T0 = Date.UTC(2030, 0, 1);
const EVIL = '[pay](https://evil.example) **now** <!channel> <script>alert(1)</script> {{DATE(2030-01-01T00:00:00Z)}}';

const matter: Matter = {
  ...{ id: 'vm/1', kind: 'decision', subject: `${EVIL} · wave-01/web`, says: 'cutover, hop 1, waits for a decision' },
  ...{ since: T0 - 600_000, owner: 'anna', asked: ['leads'], command: `tranship approve '${EVIL}'` },
  ...{ outage: { since: T0 - 720_000, budgetMs: 14_400_000 }, window: null, expiresAt: null },
};

const letter: Letter = letterOf([matter], {
  ...{ key: 'tranship-notice-0123456789abcdef', programme: 'p1', now: T0, to: null },
  summary: '7 running · 2 waiting for you · 1 stalled · 0 failed',
});

const bodyOf = (n = 0): Record<string, unknown> => JSON.parse(server.requests[n]?.body ?? '{}');

test('a webhook gets the letter as data, with its key', async () => {
  await send(web('webhook'), letter);
  expect(server.requests[0]).toMatchObject({
    method: 'POST',
    url: '/api/T000/B000/s3cret?sig=alsos3cret',
    headers: { 'idempotency-key': letter.key, 'content-type': 'application/json' },
  });
  expect(bodyOf()).toMatchObject({
    key: letter.key,
    headline: 'p1: 1 decision',
    summary: '7 running · 2 waiting for you · 1 stalled · 0 failed',
    entries: [
      {
        ...{ kind: 'decision', subject: matter.subject, says: matter.says, owner: 'anna', asked: ['leads'] },
        cost: 'its outage runs: 12 min of 4 h allowed',
        since: '2029-12-31T23:50:00.000Z',
        command: matter.command,
      },
    ],
  });
});

test('the receiver verifies the signature over time, path, key and body, and another body has another', async () => {
  secrets.set('env:KEY', 'signing-key');
  await send(web('webhook', { signature: { header: 'X-Tranship-Signature', key: 'env:KEY' } }), letter);
  const [request] = server.requests;
  const [, seconds, mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(request?.headers['x-tranship-signature'])) ?? [];
  const macOver = (body: string | undefined): string =>
    createHmac('sha256', 'signing-key')
      .update([seconds, 'POST', request?.url, letter.key, body].join('\n'))
      .digest('hex');
  expect(mac).toBe(macOver(request?.body));
  expect(mac).not.toBe(macOver(request?.body.replace('approve', 'reject')));
  expect(Math.abs(Number(seconds) * 1_000 - Date.now())).toBeLessThan(60_000);
});

/** Every string of a message with the keys that lead to it. */
const textsIn = (value: unknown, at: readonly string[] = []): readonly { at: readonly string[]; text: string }[] => {
  if (typeof value === 'string') return [{ at, text: value }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => textsIn(part, [...at, key]));
};

const typesOf = (value: unknown): readonly string[] => {
  if (typeof value !== 'object' || value === null) return [];
  const own = 'type' in value && typeof value.type === 'string' ? [value.type] : [];
  return [...own, ...Object.values(value).flatMap(typesOf)];
};

test('a name with Markdown in it stands in a Teams card where nothing reads Markdown', async () => {
  await send(web('teams'), letter);
  const body = bodyOf();
  expect(body).toMatchObject({
    type: 'message',
    attachments: [
      { contentType: 'application/vnd.microsoft.card.adaptive', content: { type: 'AdaptiveCard', version: '1.4' } },
    ],
  });
  expect(typesOf(body)).not.toContain('TextBlock');
  const named = textsIn(body).filter(({ text }) => text.includes('evil.example'));
  expect(named.length).toBeGreaterThan(1);
  expect(named.every(({ at }) => at.includes('inlines') && at.at(-1) === 'text')).toBe(true);
});

test('a name with a mention in it stands in a Slack message where nothing reads mentions', async () => {
  await send(web('slack'), letter);
  const body = bodyOf();
  expect(body.text).toBe('p1: 1 decision');
  expect(typesOf(body)).not.toContain('mrkdwn');
  expect(new Set(typesOf(body))).toEqual(new Set(['rich_text', 'rich_text_section', 'rich_text_preformatted', 'text']));
  expect(JSON.stringify(body)).toContain('<!channel>');
});

const failed = async (receiver: WebReceiver | MailReceiver, sent = letter): Promise<string> =>
  send(receiver, sent).then(
    () => 'it was taken',
    (error: Error) => error.message,
  );

test.each([[500], [404], [403], [429], ['cut'], ['hang']] as const)(
  'an answer %s is a failure in words that hold nothing of the address',
  async (answer) => {
    server.answer = () => answer;
    server.text = 'no such hook /api/T000/B000/s3cret';
    const said = await failed(web('slack'));
    expect(said).toMatch(/answered|no answer/);
    expect(said).not.toMatch(/s3cret|B000/);
  },
);

test('an address that is missing, or not https, is said by its reference', async () => {
  expect(await failed(web('teams', { url: 'env:OTHER' }))).toContain('env:OTHER');
  secrets.set('env:URL', 'http://hooks.example/s3cret');
  expect(await failed(web('teams'))).toBe('What env:URL holds is no https address.');
});

test('over https only a certificate that is trusted will do', async () => {
  const got: string[] = [];
  const secure = createServer({ key: trusted.key, cert: trusted.cert }, (request, response) => {
    got.push(String(request.headers['idempotency-key']));
    response.writeHead(202).end();
  });
  await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve));
  stops.push(() => {
    secure.closeAllConnections();
    secure.close();
  });
  secrets.set('env:URL', `https://127.0.0.1:${(secure.address() as AddressInfo).port}/s3cret`);
  expect(await failed(web('webhook'))).toContain('is not trusted');
  expect(got).toEqual([]);
  await send(web('webhook', { ca: trusted.ca }), letter);
  expect(got).toEqual([letter.key]);
});

const serveMail = async (wanted: Omit<Parameters<typeof mailServer>[0], 'certificate'> = {}): Promise<MailServer> => {
  const mails = await mailServer({ certificate: trusted, ...wanted });
  stops.push(mails.stop);
  return mails;
};

const mail = (host: string, change: Partial<MailReceiver> = {}): MailReceiver => ({
  ...{
    name: 'mail',
    kind: 'smtp',
    host,
    security: 'starttls',
    from: 'tranship@contoso.example',
    to: ['ops@contoso.example'],
  },
  ...{ for: 'all', kinds: ['decision'], batchMs: 0, ca: trusted.ca },
  ...change,
});

/** The text of a mail as it is read, whatever it was wrapped in. */
const unwrapped = (raw: string): string =>
  raw
    .replaceAll('=\r\n', '')
    .replaceAll(/(?:=[0-9A-F]{2})+/g, (bytes) => Buffer.from(bytes.replaceAll('=', ''), 'hex').toString('utf8'));

test.each(['starttls', 'tls'] as const)(
  'mail goes by %s, with its log-in, and what HTML would read is escaped',
  async (security) => {
    const mails = await serveMail({ secure: security === 'tls', login: { user: 'tranship', password: 'p4ss' } });
    secrets.set('env:USER', 'tranship').set('env:PASSWORD', 'p4ss');
    const login = { user: 'env:USER', password: 'env:PASSWORD' };
    await send(mail(mails.host, { security, login }), letter);
    const [got] = mails.mails;
    expect(got).toMatchObject({
      from: 'tranship@contoso.example',
      to: ['ops@contoso.example'],
      secure: true,
      user: 'tranship',
    });
    const raw = unwrapped(got?.raw ?? '');
    expect(raw).toMatch(/^Subject: p1: 1 decision\r$/m);
    expect(raw).toMatch(new RegExp(`^Message-ID: <${letter.key}@`, 'mi'));
    const html = raw.split('text/html')[1] ?? '';
    expect(html).toContain('&lt;script&gt;');
    expect(html).not.toContain('<script>');
    expect(raw).toContain('its outage runs: 12 min of 4 h allowed');
  },
);

test('an owner’s mail goes to the owner alone', async () => {
  const mails = await serveMail();
  await send(mail(mails.host), { ...letter, to: 'anna@contoso.example' });
  expect(mails.mails[0]?.to).toEqual(['anna@contoso.example']);
});

test('a name that would add a header to the mail adds none', async () => {
  const mails = await serveMail();
  const evil = letterOf([{ ...matter, subject: 'web\r\nBcc: eve@evil.example\r\n\r\nhello' }], { ...letter, now: T0 });
  await send(mail(mails.host), evil);
  expect(mails.mails[0]?.to).toEqual(['ops@contoso.example']);
  expect(mails.mails[0]?.raw).not.toMatch(/^Bcc:/im);
});

test('no mail goes to a server without TLS, or with a certificate that is not trusted', async () => {
  const plain = await serveMail({ plain: true });
  expect(await failed(mail(plain.host))).toContain('did not take it: ETLS');
  const secure = await serveMail();
  const { ca: _ca, ...untrusting } = mail(secure.host);
  expect(await failed(untrusting)).toContain('did not take it');
  expect([...plain.mails, ...secure.mails]).toEqual([]);
});

test('a log-in that is refused is said without the password', async () => {
  const mails = await serveMail({ login: { user: 'tranship', password: 'p4ss' } });
  secrets.set('env:USER', 'tranship').set('env:PASSWORD', 'wr0ng');
  const said = await failed(mail(mails.host, { login: { user: 'env:USER', password: 'env:PASSWORD' } }));
  expect(said).toBe('The mail server 127.0.0.1 did not take it: EAUTH 535');
});
