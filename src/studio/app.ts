import { Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { AzitClientError } from '../client/index.js';
import { fileLimits } from '../files/limits.js';
import { addAssets } from './assets.js';
import { addDecisions } from './decisions.js';
import { notFound, ownPagesOnly, sessionsOnly, withHeaders } from './door/guard.js';
import { addDoor, addLogout } from './door/routes.js';
import { whoOf } from './door/sessions.js';
import { Shares } from './door/shares.js';
import { addDownloads } from './downloads.js';
import { allRunsPage } from './pages/all-runs.js';
import { sentencePage } from './pages/frame.js';
import { machinesPage } from './pages/machines.js';
import { runPage } from './pages/run.js';
import { troubleWords } from './pages/words.js';
import { addPictures } from './pictures/routes.js';
import { addStart } from './start/routes.js';
import { addUploads, uploadPath } from './start/uploads.js';
import type { Studio, StudioEnv } from './studio.js';

/** A project file, or a few words. */
const mostSent = fileLimits.project + 64 * 1024;

/** All routes, from the door inwards: whose page asks, who asks, what for. */
export function createApp(studio: Studio, isOwnName: (name: string) => boolean): Hono<StudioEnv> {
  const app = new Hono<StudioEnv>();
  app.use(withHeaders);
  app.use(ownPagesOnly(isOwnName));
  const limit = bodyLimit({
    maxSize: mostSent,
    onError: (c) => c.json({ said: 'The request is larger than the studio accepts.' }, 413),
  });
  app.use(async (c, next) => (c.req.path === uploadPath ? await next() : await limit(c, next)));
  addAssets(app);
  addDoor(app, studio);
  app.use(sessionsOnly(studio));
  app.use(aFewAtOnce());
  addLogout(app, studio);
  addPictures(app, studio);
  addPages(app, studio);
  addEvents(app, studio);
  addDecisions(app, studio);
  addStart(app, studio);
  addUploads(app, studio);
  addDownloads(app, studio);
  app.notFound(notFound);
  app.onError((error, c) => {
    if (!(error instanceof AzitClientError)) studio.onTrouble(error);
    const session = c.get('session') ?? null;
    const code = error instanceof AzitClientError ? error.code : null;
    if (code === 'bad-id' || code === 'no-such-run')
      return c.html(sentencePage('Page not found', [troubleWords(error)], session), 404);
    // Workers and servers come back: the page then shows what was asked for.
    const again = c.req.method === 'GET' && (code === 'no-worker' || code === 'temporal-unreachable');
    return c.html(
      sentencePage('That did not work', [troubleWords(error)], session, null, again ? '5' : undefined),
      500,
    );
  });
  return app;
}

/** A browser asks for six things at once, and each page in view listens. */
function aFewAtOnce(): MiddlewareHandler<StudioEnv> {
  const requests = new Shares({ ofAll: 1000, ofOne: 128 });
  return async (c, next) => {
    const end = requests.take(whoOf(c.var.session));
    if (!end) return c.json({ said: 'Too many requests at once: try again in a moment.' }, 503, { 'retry-after': '2' });
    c.env.outgoing.once('close', end);
    await next();
  };
}

function addPages(app: Hono<StudioEnv>, { list, runs, machines }: Studio): void {
  app.get('/', async (c) => {
    await list.poller.fresh();
    return c.html(allRunsPage(list.page, c.get('session')));
  });
  app.get('/machines', async (c) => {
    await machines.poller.fresh();
    return c.html(machinesPage(machines.page, c.get('session')));
  });
  app.get('/run/:id', (c) => c.redirect(`/run/${encodeURIComponent(c.req.param('id'))}/`, 301));
  app.get('/run/:id/', async (c) => {
    const run = await runs.seen(c.req.param('id'));
    return c.html(runPage(run, c.get('session')));
  });
}

function addEvents(app: Hono<StudioEnv>, { list, runs, machines, streams }: Studio): void {
  const events = (
    who: string,
    seen: string | undefined,
    of: Parameters<typeof streams.open>[1],
    watch: () => () => void,
  ) => {
    const stream = streams.open(who, of, seen ?? null, watch);
    if (!stream) return new Response('Too many pages are open.\n', { status: 503, headers: { 'retry-after': '10' } });
    return new Response(stream, { headers: { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' } });
  };
  // A HEAD comes by the same route, and nobody would ever read, or end, its stream.
  app.use('/events', noHead);
  app.use('/run/:id/events', noHead);
  app.get('/events', (c) => {
    const seen = c.req.header('last-event-id') ?? c.req.query('seen');
    return events(whoOf(c.get('session')), seen, list.page, () => list.poller.watch());
  });
  app.use('/news', noHead);
  app.get('/news', (c) =>
    events(whoOf(c.get('session')), c.req.query('seen'), list.news.page, () => list.poller.watch()),
  );
  app.use('/machines/events', noHead);
  app.get('/machines/events', (c) => {
    const seen = c.req.header('last-event-id') ?? c.req.query('seen');
    return events(whoOf(c.get('session')), seen, machines.page, () => machines.poller.watch());
  });
  app.get('/run/:id/events', async (c) => {
    const run = await runs.seen(c.req.param('id'));
    const seen = c.req.header('last-event-id') ?? c.req.query('seen');
    return events(whoOf(c.get('session')), seen, run.page, () => run.poller.watch());
  });
}

/** A page asks whether it is still let in. */
const noHead: MiddlewareHandler<StudioEnv> = async (c, next) =>
  c.req.method === 'HEAD' ? c.body(null, 204) : await next();
