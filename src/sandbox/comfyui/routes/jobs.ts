import type { Engine } from '../engine.js';
import { asObject, intOf, json, readJson, type Reply } from '../http.js';
import { invalidStatuses, jobOf, listJobs, validStatuses } from '../jobs.js';
import type { Router } from '../router.js';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** These are registered as /api/jobs, so they have a twin under /api/api and none without. */
export function addJobRoutes(router: Router, engine: Engine): void {
  const { queue, dialect } = engine;
  if (!dialect.hasJobs) return;
  router.both('GET', '/api/jobs', ({ query }) => list(query, engine));
  router.both('POST', '/api/jobs/cancel', async ({ message }) => {
    const ids = asObject(await readJson(message)).job_ids;
    if (!Array.isArray(ids) || ids.some((id) => typeof id !== 'string' || !uuid.test(id)))
      return json({ error: 'job_ids must be a list of job ids' }, 400);
    return json({ cancelled: ids.map((id: string) => cancel(id, engine)).some(Boolean) });
  });
  router.both('GET', '/api/jobs/{job_id}', ({ params }) => {
    const job = jobOf(queue, params.job_id);
    return job ? json(job) : json({ error: 'Job not found' }, 404);
  });
  router.both('POST', '/api/jobs/{job_id}/cancel', ({ params }) => json({ cancelled: cancel(params.job_id, engine) }));
}

/** A waiting job is gone without a trace; a running one stops at its next step. */
function cancel(id: string, { queue, interrupt }: Engine): boolean {
  if (queue.running?.promptId !== id) return queue.remove(id);
  interrupt.raise();
  return true;
}

function list(query: URLSearchParams, { queue }: Engine): Reply {
  const parsed = {
    status: query.get('status')?.split(',').filter(Boolean) ?? null,
    workflowId: query.get('workflow_id'),
    sortBy: query.get('sort_by') ?? 'created_at',
    sortOrder: query.get('sort_order') ?? 'desc',
    limit: intOf(query.get('limit')),
    offset: Math.max(0, intOf(query.get('offset')) ?? 0),
  };
  const invalid = invalidStatuses(parsed);
  if (invalid.length > 0)
    return json({ error: `Invalid status value(s): ${invalid.join(', ')}. Valid values: ${validStatuses}` }, 400);
  return json(listJobs(queue, parsed));
}
