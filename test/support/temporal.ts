import { TestWorkflowEnvironment } from '@temporalio/testing';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { findTemporal } from '../../src/embedded/index.js';
import { searchAttributes } from '../../src/project/names.js';

let shared: Promise<TestWorkflowEnvironment> | undefined;

/** One dev server a process, with our search attributes; each test has its own ids and task queues on it. */
export const sharedTemporal = (): Promise<TestWorkflowEnvironment> => (shared ??= startTemporal(true));

/** A server of a test's own. */
export async function startTemporal(
  withAttributes: boolean,
  dynamicConfig: string[] = [],
): Promise<TestWorkflowEnvironment> {
  const { path } = await findTemporal(() => undefined);
  return await TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path },
      extraArgs: [...quickDeletion, ...dynamicConfig.flatMap((value) => ['--dynamic-config-value', value])],
      searchAttributes: withAttributes
        ? Object.entries(searchAttributes).map(([name, type]) => defineSearchAttributeKey(name, types[type]))
        : [],
    },
  });
}

const types = {
  Keyword: SearchAttributeType.KEYWORD,
  Int: SearchAttributeType.INT,
  Double: SearchAttributeType.DOUBLE,
} as const;

export async function stopSharedTemporal(): Promise<void> {
  const environment = await shared;
  shared = undefined;
  await environment?.teardown();
}

// A closed execution is deleted once the server has noted that its closing is done: every 30 s, by default.
const quickDeletion = ['transfer', 'visibility'].flatMap((queue) => [
  '--dynamic-config-value',
  `history.${queue}ProcessorUpdateAckInterval="1s"`,
]);

let prefixes = 0;

/** A task queue prefix that no other test uses. */
export function ownPrefix(): string {
  prefixes += 1;
  return `test-${process.pid}-${prefixes}`;
}
