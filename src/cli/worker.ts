import { makePrivateFolder } from '../machine/private.js';
import { exitCodes } from './exit-codes.js';
import { say } from './output.js';
import { notifySettings, workerSettings, type WorkerFlags } from './worker-settings.js';

export async function workerCommand(flags: WorkerFlags): Promise<number> {
  const settings = workerSettings(flags, process.env);
  const notify = await notifySettings(flags, settings.roles);
  // Job folders hold the person's pictures; a store and a server's folders say for themselves who may read them.
  process.umask(0o077);
  await makePrivateFolder(settings.workDir);
  // Slow to load: wrong flags are told before.
  const { runWorker } = await import('../workers/index.js');
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => stop.abort());
  await runWorker({
    ...settings,
    ...(notify ? { notify } : {}),
    signal: stop.signal,
    onReady: () => say(`worker ready: ${settings.roles.join(', ')} (${settings.families.join(', ')})`),
  });
  return exitCodes.done;
}
