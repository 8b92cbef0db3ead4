import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import type { Certificate } from './certificate.ts';

export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  /** As it went over the wire. */
  readonly raw: string;
  readonly secure: boolean;
  readonly user: string | undefined;
}

export interface MailServer {
  readonly host: string;
  readonly mails: Mail[];
  readonly stop: () => Promise<void>;
}

interface Wanted {
  readonly certificate: Certificate;
  /** TLS from the first byte. */
  readonly secure?: boolean;
  /** It offers no TLS at all. */
  readonly plain?: boolean;
  readonly login?: { readonly user: string; readonly password: string };
}

/** A real SMTP server that keeps what it takes. */
export const mailServer = async ({
  certificate,
  secure = false,
  plain = false,
  login,
}: Wanted): Promise<MailServer> => {
  const mails: Mail[] = [];
  const server = new SMTPServer({
    ...{ key: certificate.key, cert: certificate.cert, secure },
    authOptional: login === undefined,
    disabledCommands: [...(plain ? ['STARTTLS'] : []), ...(login ? [] : ['AUTH'])],
    onAuth: ({ username, password }, _session, done) =>
      username === login?.user && password === login?.password
        ? done(null, { user: username })
        : done(new Error(`no ${password}`)),
    onData: (stream, session, done) => {
      const pieces: Buffer[] = [];
      stream.on('data', (piece: Buffer) => pieces.push(piece));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          from: mailFrom ? mailFrom.address : '',
          to: rcptTo.map(({ address }) => address),
          raw: Buffer.concat(pieces).toString('utf8'),
          secure: session.secure,
          user: session.user,
        });
        done();
      });
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return {
    host: `127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    mails,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
};
