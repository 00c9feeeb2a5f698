import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context, Hono } from 'hono';
import { letInPage, loginPage, strangerPage } from '../pages/login.js';
import type { Studio, StudioEnv } from '../studio.js';
import { giveCookie, safePath } from './guard.js';

/** Ways in. They come before the routes that need a session. */
export function addDoor(app: Hono<StudioEnv>, studio: Studio): void {
  const { sessions, users, attempts, isLocal } = studio;

  app.get('/open', async (c) => {
    const token = isLocal ? await sessions.openByLink(c.req.query('token') ?? '') : null;
    if (token === null) return c.html(strangerPage('/'), 401);
    giveCookie(c, studio.cookie, token);
    return c.html(letInPage());
  });

  app.get('/login', (c) => c.html(loginPage(safePath(c.req.query('to') ?? '/'), null)));

  app.post('/login', async (c) => {
    const { name = '', password = '', to = '/' } = fieldsOf(await c.req.parseBody());
    const keys = [`name ${name.slice(0, 40)}`, `address ${addressOf(c)}`];
    const wait = attempts.waitSeconds(keys);
    if (wait > 0)
      return c.html(loginPage(safePath(to), `Too many wrong passwords. Try again in ${wait} seconds.`), 429);
    // Counted before it is known: a hundred tries at once are a hundred tries.
    attempts.failed(keys);
    const role = await users.check(name, password);
    if (!role) return c.html(loginPage(safePath(to), 'The name or the password is wrong.'), 401);
    attempts.succeeded(keys);
    giveCookie(c, studio.cookie, await sessions.open(name, role));
    return c.redirect(safePath(to), 303);
  });
}

export function addLogout(app: Hono<StudioEnv>, { sessions }: Studio): void {
  app.post('/logout', async (c) => {
    await sessions.close(c.get('session').hash);
    return c.json({ said: 'You are logged out.', go: '/login' });
  });
}

/** Behind a proxy of this machine, which everybody comes through, the address that it names last: others can't set that one. */
function addressOf(c: Context<StudioEnv>): string {
  const address = getConnInfo(c).remote.address ?? '';
  const isProxy = /^(::ffff:)?127\.|^::1$/.test(address);
  const forwarded = isProxy ? (c.req.header('x-forwarded-for') ?? '').split(',').at(-1)?.trim() : '';
  return forwarded ? forwarded.slice(0, 64) : address;
}

/** Texts alone; a file, or a field given twice, is none. */
export const fieldsOf = (body: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(Object.entries(body).filter((one): one is [string, string] => typeof one[1] === 'string'));
