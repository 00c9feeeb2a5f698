import { randomInt } from 'node:crypto';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { pipeline } from 'node:stream';
import { isFromForeignPage } from '../machine/browser-origin.js';
import { canListen, loopback } from './ports.js';

/**
 * Temporal's UI answers whoever asks, under any Host: a page whose DNS name is turned to 127.0.0.1 could read all runs
 * and end them. So it gets an address that no page can guess, and people get this door, which lets in its own pages.
 */
export interface UiProxy {
  close(): void;
}

export interface UiAddress {
  ip: string;
  port: number;
}

/** One of 16 million addresses where the whole of 127/8 is this machine (Linux), else only a port that nobody knows. */
export async function hiddenIp(): Promise<string> {
  const ip = ['127', ...Array.from({ length: 3 }, () => randomInt(1, 255))].join('.');
  return (await canListen(ip)) ? ip : loopback;
}

/** What the UI's pages may show: no picture of elsewhere, which Markdown in a foreign text could ask for. */
const pagePolicy = "img-src 'self' data: blob:; frame-ancestors 'none'";

/** @throws the system's error (EADDRINUSE). */
export async function openUiProxy(port: number, ui: UiAddress): Promise<UiProxy> {
  const server = createServer((request, response) => {
    if (isFromForeignPage(request.method, request.headers)) refuse(request, response);
    else passOn(ui, request, response);
  });
  server.listen(port, loopback);
  await once(server, 'listening');
  // It serves as long as Temporal does, and holds no process alive by itself.
  server.unref();
  return {
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function refuse(request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  response.writeHead(403, { 'content-type': 'text/plain; charset=utf-8' });
  response.end("Temporal's UI accepts requests only from its own pages: open it at the address that azit prints.\n");
}

function passOn(ui: UiAddress, request: IncomingMessage, response: ServerResponse): void {
  const { method, url, headers } = request;
  const forwarded = httpRequest({ host: ui.ip, port: ui.port, method, path: url, headers }, (reply) => {
    response.writeHead(reply.statusCode ?? 502, { ...reply.headers, 'content-security-policy': pagePolicy });
    pipeline(reply, response, () => undefined);
  });
  forwarded.on('error', () => {
    if (response.headersSent) return void response.destroy();
    response.writeHead(502, { 'content-type': 'text/plain; charset=utf-8' });
    response.end("Temporal's UI does not respond; azit is restarting it.\n");
  });
  // A page that is closed ends its long poll.
  response.once('close', () => forwarded.destroy());
  pipeline(request, forwarded, () => undefined);
}
