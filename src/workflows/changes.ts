import { patched } from '@temporalio/workflow';

/** Undefined until the first question, which comes at the same place of a run each time. */
let hasAll: boolean | undefined;

/** Runs that began with this version or a later one have every change of the versions before: one mark, two events. */
export const isCurrent = (): boolean => (hasAll ??= patched('changes-to-2026-12'));

/** Whether this run began with a change of the workflow, or has come to it since. Runs of before are asked one by one. */
export const hasChange = (name: string): boolean => isCurrent() || patched(name);
