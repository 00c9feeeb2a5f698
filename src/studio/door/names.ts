import { isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { isLoopbackName } from '../../machine/browser-origin.js';

/** Where only this machine itself gets in. @param host as given by `--host`, e.g. 127.0.0.1, ::1, localhost */
export const isLoopbackHost = (host: string): boolean => isLoopbackName(isIP(host) === 6 ? `[${host}]` : host);

/**
 * The names that a studio answers to: of the loopback, and where others reach it, the machine's own name and addresses
 * and those that the person gave. Any other name leads here only by a stranger's DNS.
 */
export function ownNames(host: string, given: readonly string[]): (name: string) => boolean {
  // A proxy of this machine leads others here under a name that the person gave.
  const names = new Set(given.map((name) => name.toLowerCase()));
  if (isLoopbackHost(host)) return (name) => isLoopbackName(name) || names.has(name.toLowerCase());
  for (const name of [host, hostname()]) names.add(name.toLowerCase());
  const addresses = Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address));
  for (const address of addresses) names.add(isIP(address) === 6 ? `[${address.replace(/%.*/, '')}]` : address);
  return (name) => isLoopbackName(name) || names.has(name.toLowerCase());
}
