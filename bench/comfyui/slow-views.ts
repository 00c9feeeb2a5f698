import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A proxy before a server, on which each picture takes `delayMs` longer to download. */
export async function slowViews(serverUrl: string, delayMs: number): Promise<{ url: string; close(): void }> {
  const server = createServer((incoming, outgoing) => {
    const { method, headers, url = '' } = incoming;
    const send = (): void => {
      const passed = request(new URL(url, serverUrl), { method, headers }, (reply) => {
        outgoing.writeHead(reply.statusCode ?? 502, reply.headers);
        reply.pipe(outgoing);
      });
      passed.on('error', () => outgoing.destroy());
      incoming.pipe(passed);
    };
    if (url.startsWith('/view')) void sleep(delayMs).then(send);
    else send();
  });
  server.on('upgrade', (incoming, socket, head) => {
    const passed = request(new URL(incoming.url ?? '', serverUrl), { headers: incoming.headers });
    passed.on('upgrade', (_, upstream, first) => {
      socket.on('error', () => upstream.destroy());
      upstream.on('error', () => socket.destroy());
      socket.write('HTTP/1.1 101 Switching Protocols\r\n');
      const { headers } = _;
      for (const [name, value] of Object.entries(headers)) socket.write(`${name}: ${String(value)}\r\n`);
      socket.write('\r\n');
      socket.write(first);
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    });
    passed.on('error', () => socket.destroy());
    passed.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
