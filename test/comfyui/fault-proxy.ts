import { once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';

export type Fault =
  /** The server never gets the request. */
  | { do: 'drop-before' }
  /** The server acts on it, the reply is lost. */
  | { do: 'drop-after' }
  /** No answer, the connection stays. */
  | { do: 'stall' }
  /** Right headers, half the body, then the connection breaks. */
  | { do: 'truncate' }
  /** Half the body as a whole reply. */
  | { do: 'halve' }
  /** Bytes without end. */
  | { do: 'endless' }
  | { do: 'answer'; status: number; headers?: Record<string, string>; body?: string };

interface Rule {
  match: RegExp;
  fault: Fault;
  times: number;
}

/** A real proxy between the client and a server: real sockets, and trouble at the request that is named. */
export class FaultProxy {
  /** Every request, as `POST /prompt`. */
  readonly seen: string[] = [];
  /** Those that reached the server. */
  readonly passed: string[] = [];
  /** Awaited before a request is passed on. */
  before: (line: string) => Promise<void> | void = () => {};
  readonly #rules: Rule[] = [];
  readonly #sockets = new Set<net.Socket>();
  readonly #server = http.createServer((request, response) => void this.#handle(request, response));
  #muteWebsocket = false;

  private constructor(readonly target: URL) {
    this.#server.on('connection', (socket) => this.#track(socket));
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket as net.Socket, head));
  }

  static async start(target: string): Promise<FaultProxy> {
    const proxy = new FaultProxy(new URL(target));
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Plants a fault at requests whose line matches, for the next `times` of them. */
  plant(match: RegExp, fault: Fault, times = 1): void {
    this.#rules.push({ match, fault, times });
  }

  count(match: RegExp): number {
    return this.seen.filter((line) => match.test(line)).length;
  }

  /** Websockets open, and nothing ever comes: half-open connections. */
  muteWebsocket(): void {
    this.#muteWebsocket = true;
  }

  /** Back to a plain proxy. */
  heal(): void {
    this.#rules.length = 0;
    this.#muteWebsocket = false;
    this.before = () => {};
  }

  async close(): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server, 'close');
  }

  #track(socket: net.Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
  }

  async #handle(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const line = `${request.method} ${request.url}`;
    this.seen.push(line);
    const body = Buffer.concat(await request.toArray());
    const fault = this.#take(line);
    if (fault?.do === 'drop-before') return void request.socket.destroy();
    if (fault?.do === 'stall') return;
    if (fault?.do === 'answer') return void response.writeHead(fault.status, fault.headers).end(fault.body);
    if (fault?.do === 'endless') return drown(response);
    try {
      await this.before(line);
      this.passed.push(line);
      await this.#pass(request, body, response, fault);
    } catch {
      request.socket.destroy();
    }
  }

  #take(line: string): Fault | null {
    const rule = this.#rules.find(({ match, times }) => times > 0 && match.test(line));
    if (!rule) return null;
    rule.times--;
    return rule.fault;
  }

  async #pass(
    request: http.IncomingMessage,
    body: Buffer,
    response: http.ServerResponse,
    fault: Fault | null,
  ): Promise<void> {
    const headers = { ...request.headers, host: this.target.host, 'content-length': String(body.length) };
    const upstream = http.request(new URL(request.url!, this.target), {
      method: request.method,
      headers,
      agent: false,
    });
    upstream.end(body);
    const [reply] = (await once(upstream, 'response')) as [http.IncomingMessage];
    const bytes = Buffer.concat(await reply.toArray());
    const half = bytes.subarray(0, bytes.length / 2);
    if (fault?.do === 'drop-after') return void request.socket.destroy();
    if (fault?.do === 'truncate') {
      response.writeHead(reply.statusCode!, { ...reply.headers, 'content-length': String(bytes.length) });
      return void response.write(half, () => request.socket.destroy());
    }
    const sent = fault?.do === 'halve' ? half : bytes;
    const { 'transfer-encoding': _, ...kept } = reply.headers;
    response.writeHead(reply.statusCode!, { ...kept, 'content-length': String(sent.length) }).end(sent);
  }

  #upgrade(request: http.IncomingMessage, client: net.Socket, head: Buffer): void {
    const upstream = net.connect(Number(this.target.port), this.target.hostname);
    this.#track(upstream);
    const lines = Object.entries(request.headers).map(([name, value]) => `${name}: ${String(value)}\r\n`);
    upstream.write(`${request.method} ${request.url} HTTP/1.1\r\n${lines.join('')}\r\n`);
    upstream.write(head);
    client.pipe(upstream);
    upstream.once('data', (handshake) => {
      const end = handshake.indexOf('\r\n\r\n') + 4;
      client.write(this.#muteWebsocket ? handshake.subarray(0, end) : handshake);
      if (this.#muteWebsocket) upstream.resume();
      else upstream.pipe(client);
    });
    upstream.on('close', () => client.destroy());
    client.on('close', () => upstream.destroy());
  }
}

function drown(response: http.ServerResponse): void {
  const piece = Buffer.alloc(64 * 1024, 'x');
  response.writeHead(200, { 'content-type': 'application/json' });
  const more = (): void => {
    while (!response.destroyed && response.write(piece));
  };
  response.on('drain', more);
  more();
}
