import type { IncomingMessage } from 'node:http';
import { isFromForeignPage, isLoopbackName } from '../../machine/browser-origin.js';

export interface Door {
  /** It listens on this machine alone: a name that is not this machine's own was turned here by DNS. */
  onLoopback: boolean;
  /** As newer ComfyUIs do wherever they listen. */
  refusesCrossSite: boolean;
}

/**
 * ComfyUI's guard against web pages that post to 127.0.0.1 (403): fetches from another site, and on a loopback host an
 * Origin of another host or port. On the loopback it is stricter than a ComfyUI: nothing of a foreign page is let in.
 */
export function isForeign({ method, headers }: IncomingMessage, { onLoopback, refusesCrossSite }: Door): boolean {
  if (refusesCrossSite && headers['sec-fetch-site'] === 'cross-site') return true;
  return hasForeignOrigin(headers) || (onLoopback && isFromForeignPage(method, headers));
}

function hasForeignOrigin({ host, origin }: IncomingMessage['headers']): boolean {
  if (!host || !origin || !URL.canParse(origin)) return false;
  if (!URL.canParse(`http://${host}`)) return false;
  const own = new URL(`http://${host}`);
  if (!isLoopbackName(own.hostname)) return false;
  const other = new URL(origin);
  if (other.hostname === '') return false;
  return other.port && own.port ? other.host !== own.host : other.hostname !== own.hostname;
}
