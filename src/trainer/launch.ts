import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { diesWithParent } from '../machine/dies-with-parent.js';
import { signalIfThere } from '../machine/processes.js';
import { SegmentReader } from './output.js';

/** SIGTERM ends a Python that trains at once (0.1 s observed); a process that waits for a disk or a GPU driver needs the rest. */
const killAfterMs = 5_000;
/** One in an uninterruptible wait (a dead network disk, a GPU driver) outlives SIGKILL too: nobody waits for it any more. */
const giveUpAfterMs = 15_000;
/** After the exit, helpers of the trainer may hold its pipes (5 s observed); they are killed, and not waited for long. */
const drainLimitMs = 2_000;

export interface LaunchOptions {
  command: string[];
  cwd?: string;
  env: Record<string, string | undefined>;
  onLine(line: string): void;
  onSegment(segment: string): void;
  /** Shorter ones for tests. */
  patience?: { killAfterMs: number; giveUpAfterMs: number };
}

export type TrainerExit = { code: number | null; signal: NodeJS.Signals | null } | { spawnError: Error };

export interface TrainerProcess {
  pid: number;
  /** Ends the whole group: SIGTERM, then SIGKILL. Safe to call again. */
  terminate(): void;
  /** Resolves when the child is dead, or can't be ended, its group swept and what it printed read. */
  exited: Promise<TrainerExit>;
}

/** Starts the trainer as the leader of its own process group. */
export function launchTrainer(options: LaunchOptions): TrainerProcess {
  const { command, cwd, env, onLine, onSegment, patience = { killAfterMs, giveUpAfterMs } } = options;
  const [file, ...args] = [...diesWithParent(), ...command];
  const child = spawn(file, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const outputs = [
    { stream: child.stdout, reader: new SegmentReader(onLine) },
    { stream: child.stderr, reader: new SegmentReader(onSegment) },
  ];
  for (const { stream, reader } of outputs) stream.on('data', (chunk: Buffer) => reader.push(chunk));
  const drained = Promise.all(outputs.map(({ stream }) => once(stream, 'close').catch(() => [])));
  let killTimer: NodeJS.Timeout | undefined;
  let giveUp: () => void;
  const givenUp = new Promise<TrainerExit>((resolve) => (giveUp = () => resolve({ code: null, signal: 'SIGKILL' })));
  const signalGroup = (signal: NodeJS.Signals) => {
    if (child.pid !== undefined) signalIfThere(-child.pid, signal);
  };
  const exited = (async (): Promise<TrainerExit> => {
    const exit = await Promise.race([exitOf(child), givenUp]);
    clearTimeout(killTimer);
    child.unref();
    signalGroup('SIGKILL');
    if (!('spawnError' in exit)) await Promise.race([drained, delay(drainLimitMs, undefined, { ref: false })]);
    for (const { stream, reader } of outputs) {
      stream.destroy();
      reader.end();
    }
    return exit;
  })();
  return {
    pid: child.pid ?? 0,
    exited,
    terminate() {
      if (killTimer || child.exitCode !== null || child.signalCode !== null) return;
      signalGroup('SIGTERM');
      // A stopped process takes its death only when it goes on.
      signalGroup('SIGCONT');
      killTimer = setTimeout(() => {
        signalGroup('SIGKILL');
        killTimer = setTimeout(giveUp, patience.giveUpAfterMs);
      }, patience.killAfterMs);
    },
  };
}

/** If `error` comes before `spawn`, `exit` never will. 'exit' and not 'close': the pipes may stay open for seconds. */
function exitOf(child: ReturnType<typeof spawn>): Promise<TrainerExit> {
  return new Promise((resolve) => {
    child.once('error', (spawnError) => child.pid === undefined && resolve({ spawnError }));
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
}
