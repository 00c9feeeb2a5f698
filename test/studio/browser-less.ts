import { request, type IncomingHttpHeaders } from 'node:http';
import { buffer } from 'node:stream/consumers';

export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

export interface Asked {
  method?: string;
  headers?: Record<string, string>;
  fields?: Record<string, string>;
}

/** A browser's requests by hand: any Host, Origin, cookie and token. */
export class Visitor {
  cookie = '';
  csrf = '';

  constructor(readonly port: number) {}

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async ask(path: string, { method = 'GET', headers = {}, fields }: Asked = {}): Promise<Reply> {
    const body = fields && new URLSearchParams(fields).toString();
    const form = body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
    const sent = { ...(this.cookie ? { cookie: this.cookie } : {}), ...form, ...headers };
    return await new Promise<Reply>((resolve, reject) => {
      const asked = request(
        { host: '127.0.0.1', port: this.port, agent: false, path, method, headers: sent },
        (reply) => {
          const { statusCode: status = 0, headers: told } = reply;
          buffer(reply).then((bytes) => resolve({ status, headers: told, text: bytes.toString('latin1') }), reject);
        },
      );
      asked.on('error', reject);
      asked.end(body);
    });
  }

  /** As the studio's own page sends it. */
  async change(
    path: string,
    fields: Record<string, string> = {},
    headers: Record<string, string> = {},
  ): Promise<Reply> {
    const own = { origin: this.origin, 'x-azit-csrf': this.csrf };
    return await this.ask(path, { method: 'POST', headers: { ...own, ...headers }, fields });
  }

  /** What the studio's own page sends along. */
  get own(): Record<string, string> {
    return { origin: this.origin, 'x-azit-csrf': this.csrf, cookie: this.cookie };
  }

  /** A file, as the start page sends it. */
  async drop(path: string, body: Buffer): Promise<Reply> {
    const headers = this.own;
    return await new Promise<Reply>((resolve, reject) => {
      const asked = request(
        { host: '127.0.0.1', port: this.port, agent: false, path, method: 'POST', headers },
        (reply) => {
          const { statusCode: status = 0, headers: told } = reply;
          buffer(reply).then((bytes) => resolve({ status, headers: told, text: bytes.toString('utf8') }), reject);
        },
      );
      asked.on('error', reject);
      asked.end(body);
    });
  }

  /** By an address that a studio printed, or a user's name and password. */
  async enter(by: string | { name: string; password: string }): Promise<Reply> {
    const reply = typeof by === 'string' ? await this.ask(by) : await this.change('/login', by);
    this.cookie = reply.headers['set-cookie']?.[0].split(';')[0] ?? this.cookie;
    const { text } = await this.ask('/', { headers: { accept: 'text/html' } });
    this.csrf = /name="azit-csrf" content="([^"]+)"/.exec(text)?.[1] ?? '';
    return reply;
  }
}
