import { defaultPayloadConverter, workflowInfo, type WorkflowInterceptors } from '@temporalio/workflow';
import { storeIn, storeMark } from '../run/store-of-run.js';

/**
 * Tells each activity, and the sweep, which store the run is in; whoever takes one compares. Headers and memos are no part
 * of what a replay compares. Not `async`: that would change the order of what is scheduled.
 */
export const interceptors = (): WorkflowInterceptors => ({
  outbound: [
    {
      scheduleActivity(input, next) {
        const store = storeIn(workflowInfo().memo?.[storeMark]);
        if (!store) return next(input);
        return next({ ...input, headers: { ...input.headers, [storeMark]: defaultPayloadConverter.toPayload(store) } });
      },
      startChildWorkflowExecution(input, next) {
        const store = storeIn(workflowInfo().memo?.[storeMark]);
        if (!store) return next(input);
        return next({ ...input, options: { ...input.options, memo: { ...input.options.memo, [storeMark]: store } } });
      },
    },
  ],
});
