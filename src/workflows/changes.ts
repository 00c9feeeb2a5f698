import { patched } from '@temporalio/workflow';

/** Undefined until the first question, which comes at the same place of a run each time. */
let hasAll: boolean | undefined;

/** Whether a run began with all changes of the workflow up to this mark: one mark, two events, in place of as many each. */
export const isCurrent = (): boolean => (hasAll ??= patched('changes-to-2026-12'));

/**
 * Whether this run has a change from before the mark; runs that began earlier are asked one by one. A change that comes
 * after the mark asks `patched` itself: runs that began with the mark do not have it.
 */
export const hasChange = (name: string): boolean => isCurrent() || patched(name);
