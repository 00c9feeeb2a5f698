import type { IncomingHttpHeaders } from 'node:http';
import { isIPv4 } from 'node:net';

/** A name of this machine itself: no DNS of a stranger leads there, so a page under it is not a stranger's. */
export function isLoopbackName(hostname: string): boolean {
  const name = hostname.toLowerCase();
  return name === 'localhost' || name === '[::1]' || (isIPv4(name) && name.startsWith('127.'));
}

/**
 * Whether a request to a server of ours on the loopback comes from a page that is not this server's own: under a name
 * that only DNS rebinding leads here, from another origin (`null` is one: a sandboxed frame, a file), or from another
 * site. A person who follows a link to us is let in; a program sends none of these headers but Host.
 */
export function isFromForeignPage(method: string | undefined, headers: IncomingHttpHeaders): boolean {
  const { host = '', origin, 'sec-fetch-site': site = 'none' } = headers;
  const own = `http://${host}`;
  if (!URL.canParse(own) || !isLoopbackName(new URL(own).hostname)) return true;
  if (origin !== undefined) return origin.toLowerCase() !== new URL(own).origin;
  if (site === 'none' || site === 'same-origin') return false;
  const opensPage = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
  return !(method === 'GET' && opensPage);
}
