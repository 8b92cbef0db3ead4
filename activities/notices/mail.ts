import { readFile } from 'node:fs/promises';
import { createTransport } from 'nodemailer';
import { type Entry, type Letter, linesOf, moreText } from '../../domain/letter.ts';
import type { MailReceiver } from '../../domain/notice.ts';
import { type ResolveSecret, secretOf } from '../http/login.ts';

interface Parts {
  readonly resolveSecret: ResolveSecret;
  readonly patienceMs: number;
}

const HTML: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => HTML[sign] ?? '');

const entryText = (entry: Entry, at: number): string =>
  [
    `${entry.kind} · ${entry.subject}`,
    ...linesOf(entry, at).map((line) => `  ${line}`),
    ...(entry.command === null ? [] : [`    ${entry.command}`]),
  ].join('\n');

const entryHtml = (entry: Entry, at: number): string =>
  [
    `<p><b>${escaped(`${entry.kind} · ${entry.subject}`)}</b>`,
    ...linesOf(entry, at).map(escaped),
    ...(entry.command === null ? [] : [`<code>${escaped(entry.command)}</code>`]),
  ].join('<br>\n');

const textOf = (letter: Letter): string =>
  [
    letter.headline,
    ...letter.entries.map((entry) => entryText(entry, letter.at)),
    ...[moreText(letter) ?? []].flat(),
    letter.summary,
  ].join('\n\n');

const htmlOf = (letter: Letter): string =>
  [
    `<p>${escaped(letter.headline)}</p>`,
    ...letter.entries.map((entry) => entryHtml(entry, letter.at)),
    `<p>${escaped([moreText(letter) ?? [], letter.summary].flat().join(' · '))}</p>`,
  ].join('\n');

/** What went wrong, in the code of the library or the number of the server: their sentences may quote what was sent. */
const wordOf = (error: unknown): string => {
  const { code, responseCode } = (error ?? {}) as { readonly code?: unknown; readonly responseCode?: unknown };
  return [code, responseCode].filter((part) => part !== undefined).join(' ') || 'no reason given';
};

const placeOf = async ({ host }: MailReceiver, resolveSecret: ResolveSecret) => {
  const text = /^(env|file):/.test(host) ? await secretOf(host, resolveSecret) : host;
  const [, name, port] = /^(.+):(\d+)$/.exec(text.trim()) ?? [];
  if (name === undefined) throw new Error('The mail server is not of the form host:port.');
  return { host: name, port: Number(port) };
};

const loginOf = async ({ login }: MailReceiver, resolveSecret: ResolveSecret) =>
  login && {
    user: await secretOf(login.user, resolveSecret),
    pass: await secretOf(login.password, resolveSecret),
  };

const caOf = async ({ ca }: MailReceiver): Promise<string | undefined> =>
  ca === undefined
    ? undefined
    : readFile(ca, 'utf8').catch((error: NodeJS.ErrnoException) => {
        throw new Error(`The CA file ${ca} cannot be read: ${error.code ?? 'no reason given'}`);
      });

/** Sends a letter over TLS with a verified certificate, or not at all. Its Message-ID is its key: the same letter twice bears the same. */
export const mail =
  ({ resolveSecret, patienceMs }: Parts) =>
  async (receiver: MailReceiver, letter: Letter): Promise<void> => {
    const [place, auth, ca] = await Promise.all([
      placeOf(receiver, resolveSecret),
      loginOf(receiver, resolveSecret),
      caOf(receiver),
    ]);
    const transport = createTransport({
      ...place,
      secure: receiver.security === 'tls',
      requireTLS: receiver.security === 'starttls',
      tls: { rejectUnauthorized: true, ...(ca === undefined ? {} : { ca }) },
      ...(auth ? { auth } : {}),
      ...{ connectionTimeout: patienceMs, greetingTimeout: patienceMs, socketTimeout: patienceMs },
      ...{ disableFileAccess: true, disableUrlAccess: true },
    });
    try {
      await transport.sendMail({
        from: receiver.from,
        to: letter.to === null ? [...receiver.to] : letter.to,
        subject: letter.headline,
        messageId: `<${letter.key}@tranship.invalid>`,
        headers: { 'Auto-Submitted': 'auto-generated', 'X-Tranship-Key': letter.key },
        text: textOf(letter),
        html: htmlOf(letter),
      });
    } catch (error) {
      throw new Error(`The mail server ${place.host} did not take it: ${wordOf(error)}`);
    } finally {
      transport.close();
    }
  };
