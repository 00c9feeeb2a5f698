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
 * @param isOwnName of a server that others reach too: the names that it goes by
 */
export function isFromForeignPage(
  method: string | undefined,
  headers: IncomingHttpHeaders,
  isOwnName: (hostname: string) => boolean = isLoopbackName,
): boolean {
  const { host = '', origin, 'sec-fetch-site': site = 'none' } = headers;
  // Behind a proxy that speaks TLS the page is https, and we are not.
  const own = ['http', 'https'].map((scheme) => `${scheme}://${host}`);
  if (!URL.canParse(own[0]) || !isOwnName(new URL(own[0]).hostname)) return true;
  if (origin !== undefined) return !own.some((one) => origin.toLowerCase() === new URL(one).origin);
  if (site === 'none' || site === 'same-origin') return false;
  const opensPage = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
  return !(method === 'GET' && opensPage);
}
