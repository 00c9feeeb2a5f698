import type { Engine } from '../engine.js';
import { asObject, empty, intOf, json, readBody, readJson, type Reply, type Request } from '../http.js';
import { tupleOf } from '../prompt-queue.js';
import type { Router } from '../router.js';

export function addQueueRoutes(router: Router, engine: Engine): void {
  const { queue } = engine;
  router.both('GET', '/queue', () =>
    json({
      queue_running: queue.running ? [tupleOf(queue.running)] : [],
      queue_pending: queue.pending.map(tupleOf),
    }),
  );
  router.both('POST', '/queue', (request) => clearOrDelete(request, queue));
  router.both('GET', '/history', ({ query }) =>
    json(queue.history.page(intOf(query.get('max_items')), intOf(query.get('offset')) ?? -1)),
  );
  router.both('GET', '/history/{prompt_id}', ({ params }) => {
    const entry = queue.history.get(params.prompt_id);
    return json(entry ? { [params.prompt_id]: entry } : {});
  });
  router.both('POST', '/history', (request) =>
    clearOrDelete(request, { clear: () => queue.history.clear(), remove: (id) => queue.history.delete(id) }),
  );
  router.both('POST', '/interrupt', (request) => interrupt(request, engine));
  router.both('POST', '/free', async ({ message }) => {
    const body = asObject(await readJson(message));
    if (body.free_memory) queue.requestFree();
    return empty();
  });
}

async function clearOrDelete(
  { message }: Request,
  target: { clear(): void; remove(id: string): unknown },
): Promise<Reply> {
  const body = asObject(await readJson(message));
  if (body.clear) target.clear();
  if (Array.isArray(body.delete)) for (const id of body.delete) target.remove(String(id));
  return empty();
}

/** With an id: only when that prompt runs. Without a body: whatever runs. */
async function interrupt({ message }: Request, { queue, interrupt: flag }: Engine): Promise<Reply> {
  const text = (await readBody(message)).toString();
  let promptId: unknown;
  try {
    promptId = (JSON.parse(text) as { prompt_id?: unknown } | null)?.prompt_id;
  } catch {
    promptId = undefined;
  }
  if (!promptId || queue.running?.promptId === promptId) flag.raise();
  return empty();
}
