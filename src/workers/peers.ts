import { hostname } from 'node:os';
import type { Client } from '@temporalio/client';
import { workersAside, type WorkerAside } from '../client/aside.js';
import { pollersOf } from '../client/pollers.js';

/** As Temporal shows a worker; `place` is the server that it works with. */
export const identityOf = (place?: string): string =>
  [`${process.pid}@${hostname()}`, ...(place === undefined ? [] : [place])].join(' ');

/** A state of activities as Temporal numbers them: a worker has it. */
const started = 2;
/** Each costs a call; asked only where a worker has met what it can't do. */
const mostLookedAt = 20;

/** The other workers of a task queue. */
export class Peers {
  constructor(
    private readonly client: Client,
    readonly taskQueue: string,
    /** Our own identity. */
    readonly self: string,
  ) {}

  /**
   * Those that wait for work, those that are busy with some and will come back, and those that stand aside but try again
   * after a while; not those that will be back only when somebody has mended them.
   */
  async others(): Promise<string[]> {
    const [pollers, busy, aside] = await Promise.all([
      pollersOf(this.client, this.taskQueue),
      this.#busy(),
      workersAside(this.client, this.taskQueue),
    ]);
    const trying = aside.filter(({ triesAgain }) => triesAgain).map(({ worker }) => worker);
    const away = aside.filter(({ triesAgain }) => !triesAgain).map(({ worker }) => worker);
    const out = new Set([this.self, ...away]);
    const all = new Set([...pollers.map(({ identity }) => identity), ...busy, ...trying]);
    return [...all].filter((worker) => !out.has(worker));
  }

  /** Who else is known to lack something, and what. */
  async aside(): Promise<WorkerAside[]> {
    const all = await workersAside(this.client, this.taskQueue);
    return all.filter(({ worker }) => worker !== this.self);
  }

  async #busy(): Promise<string[]> {
    const ids: string[] = [];
    for await (const { workflowId } of this.client.workflow.list({ query: `ExecutionStatus = 'Running'` })) {
      ids.push(workflowId);
      if (ids.length >= mostLookedAt) break;
    }
    const described = await Promise.all(
      ids.map((id) =>
        this.client.workflow
          .getHandle(id)
          .describe()
          .catch(() => null),
      ),
    );
    return described
      .flatMap((each) => each?.raw.pendingActivities ?? [])
      .filter(({ state, activityOptions }) => state === started && activityOptions?.taskQueue?.name === this.taskQueue)
      .flatMap(({ lastWorkerIdentity }) => lastWorkerIdentity ?? []);
  }
}
