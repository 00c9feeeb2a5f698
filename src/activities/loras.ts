import type { Activities } from '../run/activities.js';
import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { createHash } from 'node:crypto';
import type { ComfyClient, Logger } from '../comfyui/index.js';
import { clearLoraFiles } from './lora-file.js';

/** A worker that was away while its server's LoRAs were released finds out when it starts, or within this. */
const tidyEveryMs = 10 * 60_000;

const recordKey = (user: string): string => `released/${createHash('sha256').update(user).digest('hex')}`;

/** Told to every worker through the store they share: whoever brought LoRAs for this user may take them away. */
export const createReleaseActivities = ({
  store,
}: {
  store: ArtifactStore;
}): Pick<Activities['pipeline'], 'releaseLoras'> => ({
  async releaseLoras({ user }: { user: string }): Promise<void> {
    await store.putRecord(recordKey(user), { user });
  },
});

/** Takes away what this worker's server does not need any more. @returns the names removed */
export const tidyServer = (comfy: ComfyClient, store: ArtifactStore): Promise<string[]> =>
  comfy.tidyLoras(async (user) => (await store.getRecord(recordKey(user))) !== null);

/** Now, and from time to time: with several servers, the one that is asked to tidy may be another. */
export function keepTidy(
  comfy: ComfyClient,
  store: ArtifactStore,
  workDir: string,
  logger: Logger,
  signal?: AbortSignal,
): void {
  const tidy = (): void => {
    // The worker's own disk speaks up where it matters, in the next delivery.
    void clearLoraFiles(workDir).catch(() => undefined);
    void tidyServer(comfy, store).catch(({ message }: Error) =>
      logger.warn({}, `could not remove LoRAs that no run needs from ${comfy.address}: ${message}`),
    );
    void comfy.tidyOutputs();
  };
  tidy();
  const timer = setInterval(tidy, tidyEveryMs);
  timer.unref();
  signal?.addEventListener('abort', () => clearInterval(timer), { once: true });
}
