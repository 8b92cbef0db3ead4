import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { handle as control } from './control/index.ts';
import type { LabEstate } from './estate/index.ts';
import { sshServer } from './guests/ssh.ts';
import { serverIdentity } from './tls/authority.ts';

const HOST = '127.0.0.1';
const PORT_PATIENCE_MS = 10_000;

/** What DIR/endpoints.json says: where everything answers, and the launchers that stand for `pwsh`. */
export interface Endpoints {
  readonly prism: string;
  readonly veeam: string;
  readonly arm: string;
  readonly authority: string;
  readonly powershell: string;
  readonly control: string;
  readonly ssh: { readonly host: string; readonly port: number };
  /** Path of the CA certificate. */
  readonly ca: string;
  /** Instance → path. */
  readonly pwsh: Readonly<Record<string, string>>;
}

export interface VendorListeners {
  readonly prism: RequestListener;
  readonly veeam: RequestListener;
  readonly arm: RequestListener;
  readonly authority: RequestListener;
  readonly powershell: RequestListener;
}

export interface Serving {
  readonly endpoints: Endpoints;
  close(): Promise<void>;
}

/** Opens every listener on 127.0.0.1: on free ports the first time, on the same ones ever after. */
export const serveEstate = async (
  estate: LabEstate,
  vendors: VendorListeners,
  pwsh: Readonly<Record<string, string>>,
): Promise<Serving> => {
  const { key, cert, ca } = await serverIdentity(estate.dir);
  const path = join(estate.dir, 'endpoints.json');
  const before = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Endpoints) : null;
  const portOf = (url: string | undefined): number => (url ? Number(new URL(url).port) : 0);

  const opened: Server[] = [];
  const open = async (server: Server, port: number): Promise<number> => {
    opened.push(server);
    return listen(server, port);
  };
  const https = async (handler: RequestListener, url: string | undefined): Promise<string> =>
    `https://${HOST}:${await open(createServer({ key, cert, keepAliveTimeout: 60_000 }, handler), portOf(url))}`;

  const endpoints: Endpoints = {
    prism: await https(vendors.prism, before?.prism),
    veeam: await https(vendors.veeam, before?.veeam),
    arm: await https(vendors.arm, before?.arm),
    authority: await https(vendors.authority, before?.authority),
    powershell: await https(vendors.powershell, before?.powershell),
    control: await https(control(estate), before?.control),
    ssh: { host: HOST, port: await open(sshServer(estate), before?.ssh.port ?? 0) },
    ca,
    pwsh,
  };
  writeFileSync(`${path}.part`, `${JSON.stringify(endpoints, null, 2)}\n`);
  renameSync(`${path}.part`, path);

  const close = (server: Server): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      if ('closeAllConnections' in server && typeof server.closeAllConnections === 'function')
        server.closeAllConnections();
    });
  return { endpoints, close: async () => void (await Promise.all(opened.map(close))) };
};

/** Listens, waiting a while for a port that the kernel has not let go of yet. */
const listen = async (server: Server, port: number): Promise<number> => {
  const until = Date.now() + PORT_PATIENCE_MS;
  for (;;) {
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, HOST, () => {
          server.removeListener('error', reject);
          resolve();
        });
      });
      return (server.address() as AddressInfo).port;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || Date.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
};
