import type { Client } from '@temporalio/client';
import { parseJson } from '../files/json.js';
import { namedIn, type Named } from '../upkeep/named-contents.js';
import { AzitClientError } from './errors.js';

interface Payload {
  metadata?: Record<string, Uint8Array> | null;
  data?: Uint8Array | null;
}

/** What an execution's history names, page by page: references, and claims of payloads that lie in the store. */
export async function namedInHistory(
  client: Client,
  execution: { workflowId: string; runId: string },
  named: Map<string, Named>,
): Promise<void> {
  const { namespace } = client.options;
  let nextPageToken: Uint8Array | undefined;
  do {
    const page = await client.workflowService.getWorkflowExecutionHistory({ namespace, execution, nextPageToken });
    for (const event of page.history?.events ?? [])
      for (const payload of payloadsIn(event)) namedIn(valueOf(payload, execution.workflowId), named);
    nextPageToken = page.nextPageToken?.length ? page.nextPageToken : undefined;
  } while (nextPageToken);
}

/** In arguments, results, signals, updates, markers, memos: wherever the event has them. */
function* payloadsIn(value: unknown): Generator<Payload> {
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return;
  const { metadata, data } = value as Payload;
  if (metadata && data instanceof Uint8Array) yield value as Payload;
  else for (const each of Object.values(value)) yield* payloadsIn(each);
}

function valueOf({ metadata, data }: Payload, workflowId: string): unknown {
  const encoding = Buffer.from(metadata?.['encoding'] ?? []).toString();
  if (encoding.startsWith('json/')) return parseJson(Buffer.from(data ?? []));
  if (encoding === 'binary/null' || !data?.length) return null;
  throw new AzitClientError(
    'refused',
    `The history of '${workflowId}' is encoded as '${encoding}', so AZIT can't tell what it needs from the artifact store. If nobody needs that run, delete it in Temporal first: \`temporal workflow delete --workflow-id ${workflowId}\`.`,
  );
}
