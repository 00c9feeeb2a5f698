import { createServer } from 'node:net';
import { takesConnections } from '../machine/takes-connections.js';

export const loopback = '127.0.0.1';

/** A port that nobody listens on now: the first free one of those preferred, else any. */
export async function freePort(...preferred: (number | undefined)[]): Promise<number> {
  for (const port of preferred) if (port !== undefined && (await tryListen(port)) !== null) return port;
  const port = await tryListen(0);
  if (port === null) throw new Error('This machine has no free port on 127.0.0.1.');
  return port;
}

export async function isFree(port: number): Promise<boolean> {
  return (await tryListen(port)) !== null;
}

/** Whether an address is this machine's to listen on. */
export async function canListen(ip: string): Promise<boolean> {
  return (await tryListen(0, ip)) !== null;
}

function tryListen(port: number, ip = loopback): Promise<number | null> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(null));
    server.listen(port, ip, () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address ? address.port : null));
    });
  });
}

/** Whether something accepts connections there. */
export const answers = (port: number, timeoutMs = 1000): Promise<boolean> =>
  takesConnections(loopback, port, timeoutMs);
