import type { Client } from '@temporalio/client';
import { asClientError } from './grpc.js';

/** Of the namespace that a client works in: two servers that are called the same have another one each. */
export async function namespaceIdOf({ workflowService, options: { namespace } }: Client): Promise<string> {
  try {
    const { namespaceInfo } = await workflowService.describeNamespace({ namespace });
    return namespaceInfo?.id ?? namespace;
  } catch (error) {
    throw asClientError(error, '');
  }
}
