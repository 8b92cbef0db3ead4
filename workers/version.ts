import { hostname } from 'node:os';

/** Of this release: what agents say of themselves. The same as in package.json. */
export const VERSION = '0.1.0';

/** How a worker of this release names itself to the server; `tranship doctor` reads release and host out of it. */
export const workerIdentity = (): string => `tranship/${VERSION} ${process.pid}@${hostname()}`;
