import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { makePrivateFolder } from '../machine/private.js';
import { EmbeddedError } from './errors.js';
import type { EmbeddedHome } from './home.js';
import { lastLines, prepareLog } from './log-file.js';
import { bareEnvironment, childEnvironment } from '../machine/environment.js';
import { Supervised } from './supervised.js';

const sandboxReadyWithinMs = 60_000;
const pollMs = 100;
const sandboxFamily = 'sandbox';
/** The child that is started first of all that carries runs on. */
export const sandboxName = 'sandbox';

export interface ChildContext {
  home: EmbeddedHome;
  /** host:port of Temporal. */
  address: string;
  taskQueuePrefix: string;
  onTrouble: (sentence: string) => void;
  onStart: (name: string, pid: number) => void;
}

/** The sandbox's render server. Returns when it answers. @throws EmbeddedError */
export async function startSandbox(context: ChildContext, port: number): Promise<Supervised> {
  await makePrivateFolder(context.home.sandbox);
  const words = ['sandbox', 'comfyui', '--port', String(port), '--base-directory', context.home.sandbox];
  const sandbox = await startAzit(context, sandboxName, words, bareEnvironment());
  const deadline = performance.now() + sandboxReadyWithinMs;
  while (!(await respondsAt(`http://127.0.0.1:${port}/system_stats`))) {
    if (performance.now() > deadline || sandbox.deaths > 2) {
      await sandbox.stop(0);
      const lines = await lastLines(sandbox.options.logPath, 3);
      throw new EmbeddedError(
        `The sandbox failed to start; its log ${sandbox.options.logPath} ends with: ${lines.join(' | ')}`,
      );
    }
    await sleep(pollMs);
  }
  return sandbox;
}

/** Answers queries and takes decisions; does no work on a run. */
export async function startQueryWorker(context: ChildContext): Promise<Supervised[]> {
  return [await startAzit(context, 'worker-pipeline', ['worker', '--role', 'pipeline', ...shared(context)])];
}

/** What no model family needs a server for. */
export async function startMainWorker(context: ChildContext): Promise<Supervised> {
  return await startAzit(context, 'worker-main', [
    'worker',
    ...['--role', 'pipeline', '--role', 'identity'],
    ...shared(context),
  ]);
}

/**
 * A process each for what renders and what trains. Each is handed over as it starts, so that one that can't start leaves
 * none behind that nobody knows of.
 */
export async function startFamilyWorkers(
  context: ChildContext,
  comfyPort: number,
  handOver: (worker: Supervised) => void,
): Promise<void> {
  const family = ['--family', sandboxFamily];
  const loras = join(context.home.sandbox, 'models', 'loras');
  const trainer = JSON.stringify([process.execPath, ...azitArguments('sandbox', 'trainer')]);
  const settings: Record<string, string[]> = {
    'worker-render': [
      '--role',
      'render',
      ...family,
      '--comfyui',
      `http://127.0.0.1:${comfyPort}`,
      '--loras-dir',
      loras,
      '--output-dir',
      join(context.home.sandbox, 'output'),
    ],
    'worker-train': ['--role', 'train', ...family, '--trainer-command', trainer],
  };
  for (const [name, words] of Object.entries(settings))
    handOver(await startAzit(context, name, ['worker', ...words, ...shared(context)]));
}

function shared({ home, taskQueuePrefix }: ChildContext): string[] {
  return ['--store', home.artifacts, '--task-queue', taskQueuePrefix, '--work-dir', home.work];
}

async function startAzit(
  context: ChildContext,
  name: string,
  words: string[],
  env = workerEnvironment(context),
): Promise<Supervised> {
  const logPath = join(context.home.logs, `${name}.log`);
  await prepareLog(logPath);
  return new Supervised({
    name,
    command: process.execPath,
    arguments: azitArguments(...words),
    env,
    logPath,
    onTrouble: context.onTrouble,
    onStart: (pid) => context.onStart(name, pid),
  });
}

/** A worker gets all else: the way to a store, to models and to a trainer. */
function workerEnvironment({ address }: ChildContext): NodeJS.ProcessEnv {
  return { ...childEnvironment(), TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: 'default' };
}

async function respondsAt(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

/** The command `azit` itself, as a child process runs it: from src/ (tests) and dist/ alike it is the built one. */
export const azitProgram = fileURLToPath(new URL('../../bin/azit.js', import.meta.url));

export function azitArguments(...words: string[]): string[] {
  return [azitProgram, ...words];
}
