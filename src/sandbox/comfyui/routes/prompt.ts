import { randomUUID } from 'node:crypto';
import type { Dialect } from '../dialect.js';
import type { Engine } from '../engine.js';
import type { Graph } from '../graph.js';
import { asObject, json, readJson, ReplyError, serverError, type Reply, type Request } from '../http.js';
import { str } from '../python.js';
import type { Router } from '../router.js';
import { top, validatePrompt, type NodeErrors, type TopError } from '../validate.js';

const canonicalUuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Never kept, so never shown by /queue, /history or /api/jobs. */
const sensitiveKeys = ['auth_token_comfy_org', 'api_key_comfy_org'];

export function addPromptRoutes(router: Router, engine: Engine): void {
  router.both('GET', '/prompt', () => json(engine.hub.queueInfo()));
  router.both('POST', '/prompt', (request) => submit(request, engine));
}

async function submit({ message }: Request, engine: Engine): Promise<Reply> {
  engine.log.write('got prompt');
  const given = await readJson(message);
  if (Array.isArray(given)) return refused(top('no_prompt', 'No prompt provided', 'No prompt provided'));
  const body = asObject(given);
  const number = numberOf(body, engine);
  if (!('prompt' in body)) return refused(top('no_prompt', 'No prompt provided', 'No prompt provided'));
  const promptId = promptIdOf(body, engine.dialect);
  if (promptId === null) return refused(invalidPromptId);

  const graph = graphOf(body.prompt, engine.dialect);
  const validation = await validatePrompt(graph, engine.folders, engine.dialect, targetsOf(body));
  if (!validation.ok) {
    engine.log.write(`invalid prompt: ${validation.error.message} ${validation.error.details}`);
    return refused(validation.error, validation.nodeErrors);
  }
  const { outputs, nodeErrors } = validation;
  const killsWorker = isDeadly(body, engine.dialect);
  const extraData = killsWorker ? {} : extraDataOf(body, engine.dialect);
  engine.queue.put({ number, promptId, graph, extraData, outputs, killsWorker });
  return json({ prompt_id: promptId, number, node_errors: nodeErrors });
}

function refused(error: TopError, nodeErrors: NodeErrors = {}): Reply {
  return json({ error, node_errors: nodeErrors }, 400);
}

function numberOf(body: Record<string, unknown>, engine: Engine): number {
  if ('number' in body) {
    const number = Number(body.number);
    if (Number.isNaN(number) || body.number === null) throw new ReplyError(serverError);
    return number;
  }
  const number = engine.queue.takeNumber();
  return body.front ? -number : number;
}

/** null: not one that the server takes. The older one takes everything, as Python's str() has it. */
function promptIdOf(body: Record<string, unknown>, { isStrict }: Dialect): string | null {
  if (!isStrict) return 'prompt_id' in body ? str(body.prompt_id) : randomUUID();
  const promptId = body.prompt_id ?? randomUUID();
  return typeof promptId === 'string' && canonicalUuid.test(promptId) ? promptId : null;
}

/** Without extra_data to write into, the older worker dies of an exception. */
const isDeadly = (body: Record<string, unknown>, { isStrict }: Dialect): boolean =>
  !isStrict && body.extra_data === null && !('client_id' in body);

const invalidPromptId = top(
  'invalid_prompt_id',
  'prompt_id must be a valid UUID',
  'prompt_id must be a UUID string in canonical lowercase hyphenated form; omit it to let the server generate one',
);

/** A graph or a node that is no object is not refused but an error of the server, as in 0.33. */
function graphOf(prompt: unknown, { isStrict }: Dialect): Graph {
  const graph = asObject(prompt);
  if (isStrict) for (const node of Object.values(graph)) asObject(node);
  return graph as Graph;
}

function targetsOf(body: Record<string, unknown>): string[] | null {
  const targets = body.partial_execution_targets ?? null;
  if (targets !== null && !Array.isArray(targets)) throw new ReplyError(serverError);
  return targets as string[] | null;
}

function extraDataOf(body: Record<string, unknown>, { stampsPrompts }: Dialect): Record<string, unknown> {
  const extraData = { ...asObject('extra_data' in body ? body.extra_data : {}) };
  if ('client_id' in body) extraData.client_id = body.client_id;
  if (!stampsPrompts) return extraData;
  for (const key of sensitiveKeys) delete extraData[key];
  extraData.create_time = Date.now();
  return extraData;
}
