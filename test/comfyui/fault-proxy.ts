import { once } from 'node:events';
import http, { type ServerResponse } from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

const dripMs = 50;

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
  /** The body twice, as one reply. */
  | { do: 'double' }
  /** The server gets the request twice, as from a gateway that tries again. */
  | { do: 'repeat' }
  /** In an encoding that nobody asked for. */
  | { do: 'gzip' }
  /** A byte now and then. */
  | { do: 'drip' }
  /** More bytes are promised than come, and the connection stays. */
  | { do: 'overstate' }
  /** More bytes come than are promised. */
  | { do: 'understate' }
  /** The server gets the request when the client has given up. */
  | { do: 'late' }
  /** Bytes without end. */
  | { do: 'endless' }
  | { do: 'answer'; status: number; headers?: Record<string, string>; body?: string | Buffer };

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
  /** Asked first: what it gives is the answer, and the server never hears of the request. */
  instead: (line: string, body: string) => Fault | null = () => null;
  /** What reaches the server in place of a request's body. */
  rewrite: (line: string, body: string) => string | Promise<string> = (_, body) => body;
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
    this.instead = () => null;
    this.rewrite = (_, body) => body;
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

  async #handle(request: http.IncomingMessage, response: ServerResponse): Promise<void> {
    const line = `${request.method} ${request.url}`;
    this.seen.push(line);
    const body = Buffer.concat(await request.toArray());
    const fault = this.instead(line, body.toString()) ?? this.#take(line);
    if (fault?.do === 'drop-before') return void request.socket.destroy();
    if (fault?.do === 'stall') return;
    if (fault?.do === 'answer') return void response.writeHead(fault.status, fault.headers).end(fault.body);
    if (fault?.do === 'endless') return drown(response);
    if (fault?.do === 'late') await once(response, 'close');
    try {
      await this.before(line);
      this.passed.push(line);
      const isText = line.startsWith('POST /prompt');
      const passed = isText ? Buffer.from(await this.rewrite(line, body.toString())) : body;
      await this.#pass(request, passed, response, fault);
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
    response: ServerResponse,
    fault: Fault | null,
  ): Promise<void> {
    if (fault?.do === 'repeat') await this.#ask(request, body);
    const { reply, bytes } = await this.#ask(request, body);
    if (fault?.do === 'drop-after') return void request.socket.destroy();
    const { 'transfer-encoding': _, ...kept } = reply.headers;
    const send = (piece: Buffer, toldBytes: number): ServerResponse => {
      // Told and sent differ on purpose.
      response.strictContentLength = false;
      response.writeHead(reply.statusCode!, { ...kept, 'content-length': String(toldBytes) });
      response.write(piece, () => fault?.do === 'truncate' && request.socket.destroy());
      return response;
    };
    if (request.method === 'HEAD') return void response.writeHead(reply.statusCode!, kept).end();
    const half = bytes.subarray(0, bytes.length / 2);
    switch (fault?.do) {
      case 'truncate':
      case 'overstate':
        return void send(half, bytes.length);
      case 'understate':
        return void send(bytes, half.length).end();
      case 'halve':
        return void send(half, half.length).end();
      case 'double':
        return void send(Buffer.concat([bytes, bytes]), 2 * bytes.length).end();
      case 'gzip':
        kept['content-encoding'] = 'gzip';
        return void send(gzipSync(bytes), gzipSync(bytes).length).end();
      case 'drip':
        return drip(send(bytes.subarray(0, 1), bytes.length), bytes.subarray(1));
      default:
        return void send(bytes, bytes.length).end();
    }
  }

  async #ask(request: http.IncomingMessage, body: Buffer): Promise<{ reply: http.IncomingMessage; bytes: Buffer }> {
    const headers = { ...request.headers, host: this.target.host, 'content-length': String(body.length) };
    const upstream = http.request(new URL(request.url!, this.target), {
      method: request.method,
      headers,
      agent: false,
    });
    upstream.end(body);
    const [reply] = (await once(upstream, 'response')) as [http.IncomingMessage];
    return { reply, bytes: Buffer.concat(await reply.toArray()) };
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

function drip(response: ServerResponse, bytes: Buffer): void {
  let at = 0;
  const timer = setInterval(() => {
    if (response.destroyed || at === bytes.length) clearInterval(timer);
    else response.write(bytes.subarray(at, ++at));
  }, dripMs);
}

function drown(response: ServerResponse): void {
  const piece = Buffer.alloc(64 * 1024, 'x');
  response.writeHead(200, { 'content-type': 'application/json' });
  const more = (): void => {
    while (!response.destroyed && response.write(piece));
  };
  response.on('drain', more);
  more();
}
