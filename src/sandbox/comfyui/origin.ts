import type { IncomingMessage } from 'node:http';

/**
 * ComfyUI's guard against web pages that post to 127.0.0.1: on a loopback host, a request with an Origin of another
 * host or port is refused (403).
 */
export function isForeignOrigin(message: IncomingMessage): boolean {
  const { host, origin } = message.headers;
  if (!host || !origin || !URL.canParse(origin)) return false;
  if (!URL.canParse(`http://${host}`)) return false;
  const own = new URL(`http://${host}`);
  if (!isLoopback(own.hostname)) return false;
  const other = new URL(origin);
  if (other.hostname === '') return false;
  return other.port && own.port ? other.host !== own.host : other.hostname !== own.hostname;
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}
