import { createConnection } from 'node:net';
import { systemCode } from '../core/errors.js';

const NOBODY = ['ECONNREFUSED', 'ENOENT', 'ENOTSOCK'];

/** Whether somebody listens on the unix socket at a path, even who is too busy to take a connection. */
export async function isServed(path: string): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = createConnection(path);
    const settle = (served: boolean): void => {
      socket.destroy();
      resolve(served);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', (error) => settle(!NOBODY.includes(systemCode(error) ?? '')));
  });
}
