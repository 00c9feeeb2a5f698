/** Names seen from outside (Temporal's UI, clients, workers): each stands here once and never changes. */

export const pipelineWorkflowType = 'pipeline';
export const checkpointSweepWorkflowType = 'checkpointSweep';

export const workflowIdOf = (runId: string): string => `azit-${runId}`;
export const sweepWorkflowIdOf = (runId: string): string => `azit-${runId}-sweep`;
export const runIdOf = (workflowId: string): string => workflowId.replace(/^azit-/, '');

export type Role = 'pipeline' | 'render' | 'train' | 'identity';
export const roles: readonly Role[] = ['pipeline', 'render', 'train', 'identity'];

export const defaultTaskQueuePrefix = 'azit';

/** The task queue of a role: `azit`, `azit-identity`, `azit-render-FAMILY`, `azit-train-FAMILY`. */
export function taskQueueOf(prefix: string, role: Role, family: string): string {
  if (role === 'pipeline') return prefix;
  return role === 'identity' ? `${prefix}-identity` : `${prefix}-${role}-${family}`;
}

/** Where workers wait that take no work of a queue for now. Nothing is ever put there. */
export const asideQueueOf = (taskQueue: string): string => `${taskQueue}-aside`;

/** Where each worker says what it is. Nothing is ever put there. */
export const signsQueueOf = (prefix: string): string => `${prefix}-workers`;

export const stageIds = [
  '01-anchor',
  '02-canonical',
  '03-views-i',
  '04-views-ii',
  '05-training',
  '06-editorial',
] as const;
export type StageId = (typeof stageIds)[number];

export const stageTitles: Record<StageId, string> = {
  '01-anchor': 'Anchor identity synthesis',
  '02-canonical': 'Bare-face ID canonicalization',
  '03-views-i': 'Multi-view dataset synthesis · i',
  '04-views-ii': 'Multi-view dataset synthesis · ii',
  '05-training': 'LoRA fine-tuning · AI-Toolkit',
  '06-editorial': 'Conditioned inference · editorial styling',
};

export const gates = ['anchor', 'canonical', 'dataset', 'checkpoint'] as const;
export type Gate = (typeof gates)[number];

export type RunState = 'running' | 'waiting' | 'needs-help' | 'completed' | 'failed' | 'cancelled';

/** Search attributes and their types, as the dev server and `temporal operator search-attribute create` take them. */
export const searchAttributes = {
  AzitStage: 'Keyword',
  AzitStep: 'Int',
  AzitState: 'Keyword',
  AzitModel: 'Keyword',
  AzitIdentity: 'Double',
} as const;
