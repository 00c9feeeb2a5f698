import {
  WorkflowExecutionAlreadyStartedError,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
  WorkflowNotFoundError,
  type Client,
} from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType, type SearchAttributePair } from '@temporalio/common';
import type { StoreIdentity } from '../artifacts/identity.js';
import { escapeMarkdown } from '../text/markdown.js';
import { pipelineWorkflowType, searchAttributes, workflowIdOf } from '../project/names.js';
import type { Freshness } from '../run/fresh.js';
import type { PipelineInput } from '../run/messages.js';
import { storeMark } from '../run/store-of-run.js';
import { AzitClientError } from './errors.js';
import { asClientError, grpcCodeOf, grpcDetailsOf, grpcStatus } from './grpc.js';

/** What a run's memo tells whoever lists runs, with no worker asked. */
export interface RunMemo {
  /** Absent for runs from before stores had an identity. */
  [storeMark]?: StoreIdentity;
  projectSha256: string;
  name: string;
  model: string;
  fresh?: Freshness;
}

/** A server takes a moment to know an attribute that was just added (its cache; 1 s on the dev server). */
const attributesSettleMs = 10_000;
const attributesRetryMs = 500;

/**
 * Whether a run of this id is there already. One that was cancelled is started once more: it reuses all that it made.
 * @throws AzitClientError id-belongs-to-another-project
 */
export async function isStarted(client: Client, runId: string, projectSha256: string): Promise<boolean> {
  try {
    const { memo, status } = await client.workflow.getHandle(workflowIdOf(runId)).describe();
    const { projectSha256: found } = (memo ?? {}) as Partial<RunMemo>;
    checkSameProject(runId, found, projectSha256);
    return status.name !== 'CANCELLED';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw asClientError(error, runId);
  }
}

/** @throws AzitClientError id-belongs-to-another-project */
export function checkSameProject(runId: string, found: string | undefined, projectSha256: string): void {
  if (found === projectSha256) return;
  throw new AzitClientError(
    'id-belongs-to-another-project',
    `The id '${runId}' belongs to another project (sha256 ${found?.slice(0, 8) ?? 'unknown'}, this one's is ${projectSha256.slice(0, 8)}).`,
  );
}

/** Starts the pipeline; a second start of the same id at the same moment finds the first. */
export async function startPipeline(client: Client, input: PipelineInput, store: StoreIdentity): Promise<void> {
  try {
    await startSomehow(client, input, store);
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw asClientError(error, input.runId);
    await isStarted(client, input.runId, input.projectSha256);
  }
}

/** Starts a finished run's pipeline once more, under the same id. @throws WorkflowExecutionAlreadyStartedError */
export async function startAgain(client: Client, input: PipelineInput, store: StoreIdentity): Promise<void> {
  try {
    await startSomehow(client, input, store);
  } catch (error) {
    throw error instanceof WorkflowExecutionAlreadyStartedError ? error : asClientError(error, input.runId);
  }
}

/** With our search attributes where the server has them or lets us add them, else without. */
async function startSomehow(client: Client, input: PipelineInput, store: StoreIdentity): Promise<void> {
  if (await startWith(client, input, store, attributesOf(input))) return;
  if (await addSearchAttributes(client)) {
    const deadline = performance.now() + attributesSettleMs;
    while (performance.now() < deadline) {
      if (await startWith(client, input, store, attributesOf(input))) return;
      await new Promise((settle) => setTimeout(settle, attributesRetryMs));
    }
  }
  await startWith(client, { ...input, searchAttributes: false }, store, []);
}

/** @returns false where the server does not know our search attributes. */
async function startWith(
  client: Client,
  input: PipelineInput,
  store: StoreIdentity,
  attributes: SearchAttributePair[],
): Promise<boolean> {
  const memo: RunMemo = {
    projectSha256: input.projectSha256,
    name: input.project.name,
    model: input.project.model,
    ...(input.fresh ? { fresh: input.fresh } : {}),
    [storeMark]: store,
  };
  try {
    await client.workflow.start(pipelineWorkflowType, {
      workflowId: workflowIdOf(input.runId),
      taskQueue: input.taskQueuePrefix,
      args: [input],
      memo: { ...memo },
      staticSummary: `${escapeMarkdown(input.project.name)} (${input.project.model})`,
      typedSearchAttributes: attributes,
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.FAIL,
      workflowIdReusePolicy: input.again
        ? WorkflowIdReusePolicy.ALLOW_DUPLICATE
        : WorkflowIdReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
    });
    return true;
  } catch (error) {
    const isUnknownAttribute =
      grpcCodeOf(error) === grpcStatus.invalidArgument && /search attribute/i.test(grpcDetailsOf(error));
    if (attributes.length > 0 && isUnknownAttribute) return false;
    throw error;
  }
}

function attributesOf(input: PipelineInput): SearchAttributePair[] {
  return [
    { key: defineSearchAttributeKey('AzitState', SearchAttributeType.KEYWORD), value: 'running' },
    { key: defineSearchAttributeKey('AzitModel', SearchAttributeType.KEYWORD), value: input.project.model },
  ];
}

/** temporal.api.enums.v1.IndexedValueType */
const indexedValueTypes = { Keyword: 2, Int: 3, Double: 4 } as const;

/** @returns false where we may not: the run then goes on without them. */
async function addSearchAttributes(client: Client): Promise<boolean> {
  try {
    await client.connection.operatorService.addSearchAttributes({
      namespace: client.options.namespace,
      searchAttributes: Object.fromEntries(
        Object.entries(searchAttributes).map(([name, type]) => [name, indexedValueTypes[type]]),
      ),
    });
    return true;
  } catch (error) {
    return grpcCodeOf(error) === grpcStatus.alreadyExists;
  }
}
