import type { Duplex } from 'node:stream';
import { Client, type ClientChannel } from 'ssh2';
import type { HostKeys, KeyRefusal } from './host-keys.ts';

/** A machine to log in to by password. */
export interface SshHost {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

export interface SshOrder {
  readonly target: SshHost;
  /** The jump host between us and the target. */
  readonly bastion: SshHost | null;
  readonly command: string;
  readonly input: string;
  /** Milliseconds the command gets, once it was started. */
  readonly timeoutMs: number;
  readonly keys: HostKeys;
}

export interface SshOutcome {
  readonly said: string;
  readonly complained: string;
  readonly code: number | null;
}

/**
 * - `away`       nobody answers, or not as SSH does
 * - `lost`       it answered and then not to the end: what the command did is unknown
 * - `login`      user or password is wrong
 * - `unknownKey` a host key nobody made known; `changedKey` another one than before
 * - `forbidden`  the bastion does not forward
 */
export class SshTrouble extends Error {
  readonly kind: 'away' | 'lost' | 'login' | 'forbidden' | KeyRefusal['kind'];
  readonly atBastion: boolean;
  constructor(kind: SshTrouble['kind'], message: string, atBastion = false) {
    super(message);
    this.name = 'SshTrouble';
    this.kind = kind;
    this.atBastion = atBastion;
  }
}

const CONNECT_MS = 15_000;
const MOST_CHARS = 8 * 1024 * 1024;

/** The channel of a refused forward carries its reason; 1 is “administratively prohibited”. RFC 4254 §5.1 */
const PROHIBITED = 1;

const placeOf = ({ host, port }: SshHost): string => `${host}:${port}`;

const troubleOf = (
  error: Error & { level?: string },
  place: string,
  refusal: KeyRefusal | null,
  atBastion: boolean,
): SshTrouble => {
  if (refusal)
    return new SshTrouble(
      refusal.kind,
      `${place} shows the host key ${refusal.seen}, which is ${refusal.kind === 'unknownKey' ? 'not known' : 'another one than it had'}`,
      atBastion,
    );
  if (error.level === 'client-authentication')
    return new SshTrouble('login', `${place} does not accept the log-in`, atBastion);
  return new SshTrouble('away', `${place} does not answer: ${error.message}`, atBastion);
};

const open = (to: SshHost, keys: HostKeys, atBastion: boolean, through?: Duplex): Promise<Client> =>
  new Promise((resolve, reject) => {
    const client = new Client();
    let refusal: KeyRefusal | null = null;
    client.on('ready', () => resolve(client));
    // Stays for good: a late error without a listener would end this process.
    client.on('error', (error) => reject(troubleOf(error, placeOf(to), refusal, atBastion)));
    client.on('close', () =>
      reject(new SshTrouble('away', `${placeOf(to)} closed the connection before the log-in`, atBastion)),
    );
    client.on('keyboard-interactive', (_name, _text, _language, prompts, answer) =>
      answer(prompts.length === 1 ? [to.password] : []),
    );
    client.connect({
      host: to.host,
      port: to.port,
      username: to.user,
      password: to.password,
      tryKeyboard: true,
      readyTimeout: CONNECT_MS,
      keepaliveInterval: CONNECT_MS,
      hostVerifier: (key: Buffer) => {
        refusal = keys.refusalOf(to.host, to.port, key);
        return refusal === null;
      },
      ...(through ? { sock: through } : {}),
    });
  });

const forward = (bastion: Client, to: SshHost): Promise<ClientChannel> =>
  new Promise((resolve, reject) => {
    bastion.forwardOut('127.0.0.1', 0, to.host, to.port, (error, channel) => {
      if (!error) return resolve(channel);
      const kind = (error as { reason?: unknown }).reason === PROHIBITED ? 'forbidden' : 'away';
      reject(new SshTrouble(kind, `the bastion does not get to ${placeOf(to)}: ${error.message}`));
    });
  });

const run = (client: Client, { target, command, input, timeoutMs }: SshOrder): Promise<SshOutcome> =>
  new Promise((resolve, reject) => {
    const lost = (why: string): void => reject(new SshTrouble('lost', `${placeOf(target)} ${why}`));
    const timer = setTimeout(() => lost(`did not finish in ${Math.round(timeoutMs / 1000)} s`), timeoutMs);
    client.on('close', () => lost('closed the connection before it had answered'));
    client.exec(command, (error, channel) => {
      if (error) return lost(`did not start the command: ${error.message}`);
      const said: Buffer[] = [];
      const complained: Buffer[] = [];
      let left = MOST_CHARS;
      const keep = (into: Buffer[]) => (piece: Buffer) => {
        left -= piece.length;
        if (left < 0) return lost('says more than we listen to');
        into.push(piece);
      };
      channel.on('data', keep(said));
      channel.stderr.on('data', keep(complained));
      // A command that ends without reading its input closes the pipe; its answer says why.
      channel.on('error', () => undefined);
      channel.on('close', (code: number | null | undefined) => {
        clearTimeout(timer);
        const text = (pieces: Buffer[]): string => Buffer.concat(pieces).toString('utf8');
        resolve({ said: text(said), complained: text(complained), code: code ?? null });
      });
      channel.end(input);
    });
  });

/** Logs in, feeds one command its input and returns what it said. Throws `SshTrouble`; no text of it holds a password. */
export const overSsh = async (order: SshOrder): Promise<SshOutcome> => {
  const opened: Client[] = [];
  const keep = (client: Client): Client => {
    opened.unshift(client);
    return client;
  };
  try {
    const bastion = order.bastion ? keep(await open(order.bastion, order.keys, true)) : null;
    const through = bastion ? await forward(bastion, order.target) : undefined;
    return await run(keep(await open(order.target, order.keys, false, through)), order);
  } finally {
    for (const client of opened) client.destroy();
  }
};
