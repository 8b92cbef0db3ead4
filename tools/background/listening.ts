import { createConnection } from 'node:net';

/** Whether anything listens on a port of this machine. */
export const isListening = (host: string, port: number): Promise<boolean> =>
  new Promise((done) => {
    const probe = createConnection({ port, host });
    probe.once('connect', () => {
      probe.destroy();
      done(true);
    });
    probe.once('error', () => done(false));
  });
