import { empty, text, type Handler, type Reply, type Request } from './http.js';
import type { IncomingMessage } from 'node:http';

interface Route {
  method: 'GET' | 'POST';
  segments: string[];
  handler: Handler;
}

const noFile: Reply = { status: 404, headers: { 'content-type': 'application/octet-stream' }, body: '' };

/** Routes by method and path (`/history/{prompt_id}`); those added with `both` also answer under /api. */
export class Router {
  private readonly routes: Route[] = [];

  both(method: Route['method'], path: string, handler: Handler): void {
    this.only(method, path, handler);
    this.only(method, `/api${path}`, handler);
  }

  only(method: Route['method'], path: string, handler: Handler): void {
    this.routes.push({ method, segments: path.split('/'), handler });
  }

  async answer(message: IncomingMessage): Promise<Reply> {
    const url = new URL(message.url ?? '/', 'http://localhost');
    const method = message.method === 'HEAD' ? 'GET' : message.method;
    if (method === 'OPTIONS') return empty();
    for (const route of this.routes) {
      const params = match(route.segments, url.pathname.split('/'));
      if (!params) continue;
      if (route.method === method) return await route.handler({ message, query: url.searchParams, params } as Request);
    }
    // ComfyUI's last route serves its frontend's files: every other GET finds no file, anything else is not allowed.
    return method === 'GET' ? noFile : text(405, '405: Method Not Allowed');
  }
}

function match(pattern: string[], segments: string[]): Record<string, string> | null {
  if (pattern.length !== segments.length) return null;
  const params: Record<string, string> = {};
  for (const [i, part] of pattern.entries()) {
    if (!part.startsWith('{')) {
      if (part !== segments[i]) return null;
      continue;
    }
    if (segments[i] === '') return null;
    params[part.slice(1, -1)] = decoded(segments[i]);
  }
  return params;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
