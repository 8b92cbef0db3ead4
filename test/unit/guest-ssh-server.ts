import { type AddressInfo, createConnection } from 'node:net';
import { type Connection, Server, type ServerChannel, utils } from 'ssh2';
import { fingerprintOf } from '../../activities/guest/host-keys.ts';

export interface Heard {
  readonly command: string;
  readonly input: string;
}

export interface SshServerOptions {
  readonly user?: string;
  readonly password?: string;
  /** What a command gets: text and exit code; null never answers, 'drop' ends the connection. */
  readonly answer?: (
    heard: Heard,
  ) => { readonly said: string; readonly complained?: string; readonly code?: number } | null | 'drop';
  /** `address:port` as the client names it → a port here. Others are refused; absent forbids all. */
  readonly forwards?: Readonly<Record<string, number>>;
  /** Takes the password by asking for it. */
  readonly asks?: boolean;
}

/** A real SSH server of this process; `heard` are the commands that were run. */
export const sshServer = async (options: SshServerOptions) => {
  const keys = utils.generateKeyPairSync('ecdsa', { bits: 256 });
  const { user = 'tranship', password = 's3cret-pass', answer = () => null } = options;
  const heard: Heard[] = [];
  const connections = new Set<Connection>();

  const execute = (channel: ServerChannel, command: string, drop: () => void): void => {
    const pieces: Buffer[] = [];
    channel.on('data', (piece: Buffer) => pieces.push(piece));
    channel.on('end', () => {
      const one = { command, input: Buffer.concat(pieces).toString('utf8') };
      heard.push(one);
      const reply = answer(one);
      if (reply === 'drop') return drop();
      if (reply === null) return;
      channel.stderr.write(reply.complained ?? '');
      channel.write(reply.said);
      channel.exit(reply.code ?? 0);
      channel.end();
    });
  };

  const server = new Server({ hostKeys: [keys.private] }, (connection) => {
    connections.add(connection);
    connection.on('error', () => undefined);
    connection.on('authentication', (context) => {
      if (context.username !== user) return context.reject();
      if (context.method === 'password' && !options.asks)
        return context.password === password ? context.accept() : context.reject();
      if (context.method === 'keyboard-interactive' && options.asks)
        return context.prompt([{ prompt: 'Password: ', echo: false }], (answers) =>
          answers[0] === password ? context.accept() : context.reject(),
        );
      return context.reject(options.asks ? ['keyboard-interactive'] : ['password']);
    });
    connection.on('ready', () => {
      connection.on('session', (accept) => {
        accept().on('exec', (take, _refuse, { command }) => execute(take(), command, () => connection.end()));
      });
      connection.on('tcpip', (accept, refuse, { destIP, destPort }) => {
        const port = options.forwards?.[`${destIP}:${destPort}`];
        if (port === undefined) return refuse();
        const socket = createConnection(port, '127.0.0.1');
        socket.on('error', () => refuse());
        socket.on('connect', () => {
          const channel = accept();
          channel.on('error', () => undefined);
          socket.pipe(channel).pipe(socket);
        });
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const key = utils.parseKey(keys.public);
  if (key instanceof Error) throw key;
  return {
    port: (server.address() as AddressInfo).port,
    fingerprint: fingerprintOf(key.getPublicSSH()),
    heard,
    close: async (): Promise<void> => {
      for (const connection of connections) connection.end();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
};

export type SshServer = Awaited<ReturnType<typeof sshServer>>;
