import { defaultPayloadConverter } from '@temporalio/common';
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';
import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { requireStore } from '../artifacts/identity.js';
import { storeIn, storeMark } from '../run/store-of-run.js';

/** Before any work: what the run has stored is in another store, or what we store would be. */
export class StoreCheck implements ActivityInboundCallsInterceptor {
  /** The run's stores that were found to be this one: a disk that is mounted at last is looked at again. */
  readonly #same = new Set<string>();

  constructor(private readonly store: ArtifactStore) {}

  async execute(input: ActivityExecuteInput, next: Next<ActivityInboundCallsInterceptor, 'execute'>): Promise<unknown> {
    const mark = input.headers[storeMark];
    const wanted = mark ? storeIn(defaultPayloadConverter.fromPayload(mark)) : null;
    if (wanted && !this.#same.has(wanted.id)) {
      await requireStore(this.store, wanted, 'worker');
      this.#same.add(wanted.id);
    }
    return await next(input);
  }
}
