import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { isLoopbackName } from '../../machine/browser-origin.js';
import type { Engine } from './engine.js';
import { empty, ReplyError, send, serverError, type Reply } from './http.js';
import { isForeign, type Door } from './origin.js';
import { asPython } from './python.js';
import { Router } from './router.js';
import { addJobRoutes } from './routes/jobs.js';
import { addModelRoutes } from './routes/models.js';
import { addPromptRoutes } from './routes/prompt.js';
import { addQueueRoutes } from './routes/queue.js';
import { addSystemRoutes } from './routes/system.js';
import { addUploadRoute } from './routes/upload.js';
import { addViewRoute } from './routes/view.js';

/** aiohttp's; a shorter one would close a connection just as a client uses it again. */
const KEEP_ALIVE_MS = 75_000;

/** Serves an engine over HTTP and websocket. Resolves when it listens. @throws the system's error (EADDRINUSE). */
export async function listen(engine: Engine, host: string, port: number): Promise<{ server: Server; port: number }> {
  const router = routesOf(engine);
  // Told once it listens: a name may stand for any address.
  const door: Door = { onLoopback: true, refusesCrossSite: engine.dialect.refusesCrossSite };
  const server = createServer((message, response) => {
    if (isForeign(message, door)) send(response, message, empty(403));
    else void respond(router, engine, message, response);
  });
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  server.on('upgrade', (message: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const clientId = isForeign(message, door) ? null : clientIdOf(message);
    if (clientId === null) return void socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n');
    sockets.handleUpgrade(message, socket, head, (client) => engine.hub.connect(client, clientId));
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.listen(port, host);
  await once(server, 'listening');
  const { address, family, port: bound } = server.address() as AddressInfo;
  door.onLoopback = isLoopbackName(family === 'IPv6' ? `[${address}]` : address);
  return { server, port: bound };
}

function tracebackOf(error: unknown): string {
  const { type, message } = asPython(error);
  return `Error handling request\nTraceback (most recent call last):\n${type}: ${message}`;
}

/** The client id of a websocket request ('' without one), or null for a request that is refused. */
function clientIdOf(message: IncomingMessage): string | null {
  const address = `http://localhost${message.url ?? '/'}`;
  if (!URL.canParse(address)) return null;
  const { pathname, searchParams } = new URL(address);
  return pathname === '/ws' || pathname === '/api/ws' ? (searchParams.get('clientId') ?? '') : null;
}

function routesOf(engine: Engine): Router {
  const router = new Router();
  for (const add of [
    addPromptRoutes,
    addQueueRoutes,
    addJobRoutes,
    addModelRoutes,
    addViewRoute,
    addUploadRoute,
    addSystemRoutes,
  ])
    add(router, engine);
  return router;
}

async function respond(
  router: Router,
  engine: Engine,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let reply: Reply;
  try {
    reply = await router.answer(message);
  } catch (error) {
    reply = error instanceof ReplyError ? error.reply : serverError;
    if (!(error instanceof ReplyError)) engine.log.write(tracebackOf(error));
  }
  send(response, message, reply);
}
