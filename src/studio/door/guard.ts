import type { Context, MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { timingSafeEqual } from 'node:crypto';
import { isFromForeignPage } from '../../machine/browser-origin.js';
import { sentencePage } from '../pages/frame.js';
import { strangerPage } from '../pages/login.js';
import type { Studio, StudioEnv } from '../studio.js';

/** Nothing from elsewhere, no script and no style in the page; style attributes carry the report's columns and bars. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "style-src-attr 'unsafe-inline'",
  "img-src 'self' data:",
  'font-src data:',
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const headers: Record<string, string> = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  // Not no-referrer: with it a browser sends a form's Origin as null.
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'x-frame-options': 'DENY',
};

/** Every reply, also one that refuses. What is no picture is kept by no cache. */
export const withHeaders: MiddlewareHandler = async (c, next) => {
  await next();
  for (const [name, value] of Object.entries(headers)) c.res.headers.set(name, value);
  if (!c.res.headers.has('cache-control')) c.res.headers.set('cache-control', 'no-store');
};

/** Refuses a page of elsewhere: another Host (DNS rebinding), another Origin, a picture in a stranger's page. */
export const ownPagesOnly =
  (isOwnName: (name: string) => boolean): MiddlewareHandler<StudioEnv> =>
  async (c, next) => {
    const { method, headers: sent } = c.env.incoming;
    const isChange = method !== 'GET' && method !== 'HEAD';
    // Every browser says where a change comes from.
    if (isFromForeignPage(method, sent, isOwnName) || (isChange && sent.origin === undefined))
      return c.text('The studio accepts requests only from its own pages, at the address that azit prints.\n', 403);
    await next();
  };

/** Lets in who has logged in; a change also needs the session's token, and the role `decide`. */
export const sessionsOnly =
  (studio: Studio): MiddlewareHandler<StudioEnv> =>
  async (c, next) => {
    const { sessions, users, isLocal } = studio;
    const found = await sessions.find(getCookie(c, studio.cookie));
    // One whose name was removed, or has another role now, is in no longer.
    const role = found?.user == null ? found?.role : await users.roleOf(found.user);
    if (!found || role !== found.role) return unknown(c, isLocal);
    const isChange = c.req.method !== 'GET' && c.req.method !== 'HEAD';
    if (isChange && !equal(c.req.header('x-azit-csrf') ?? '', found.csrf))
      return c.json({ said: 'You have logged in since this page was loaded: reload it.' }, 403);
    if (isChange && found.role !== 'decide' && c.req.path !== '/logout')
      return c.json(
        { said: "Your role lets you look, not decide: ask whoever runs this studio for the role 'decide'." },
        403,
      );
    studio.sockets.letIn(c.env.incoming.socket);
    c.set('session', found);
    await next();
  };

function unknown(c: Context<StudioEnv>, isLocal: boolean): Response {
  const wantsPage = (c.req.header('accept') ?? '').includes('text/html') && c.req.method === 'GET';
  if (!wantsPage) return c.json({ said: 'Log in first.' }, 401);
  if (isLocal) return c.html(strangerPage(pathOf(c)), 401);
  return c.redirect(`/login?to=${encodeURIComponent(pathOf(c))}`, 303);
}

const pathOf = (c: Context): string => {
  const { pathname, search } = new URL(c.req.url);
  return safePath(pathname + search);
};

/** Of this studio: `//elsewhere` and `/\elsewhere` are others. */
export const safePath = (path: string): string => (/^\/(?![/\\])[^\s\\]*$/.test(path) ? path : '/');

export function giveCookie(c: Context<StudioEnv>, name: string, token: string): void {
  const secure = c.req.header('x-forwarded-proto') === 'https';
  setCookie(c, name, token, { httpOnly: true, sameSite: 'Strict', path: '/', secure });
}

function equal(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

export const notFound = (c: Context<StudioEnv>): Response | Promise<Response> =>
  c.html(sentencePage('Page not found', ['This studio has no such page.'], c.get('session') ?? null), 404);
