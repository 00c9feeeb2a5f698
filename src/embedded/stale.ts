import { setTimeout as sleep } from 'node:timers/promises';
import type { EmbeddedHome } from './home.js';
import { listProcesses, processIdentity, signalIfThere } from '../machine/processes.js';
import type { EmbeddedState } from './state-file.js';

/** A killed process is gone within milliseconds, unless the disk holds it. */
const goneWithinMs = 5000;

/**
 * Ends what an earlier owner left running; called only by the new owner, which has the lock. Usually nothing: the
 * guards see to that. A process is ours when the state file says so and it began when it says, or when its command line
 * names this very home.
 */
export async function endStale(home: EmbeddedHome, state: EmbeddedState | null): Promise<void> {
  const ended: number[] = [];
  for (const { pid, identity } of state?.children ?? []) {
    if ((await processIdentity(pid)) !== identity) continue;
    signalIfThere(-pid, 'SIGKILL');
    ended.push(pid);
  }
  for (const { pid, command } of await listProcesses()) {
    if (pid === process.pid || !isOurs(command, home)) continue;
    signalIfThere(pid, 'SIGKILL');
    ended.push(pid);
  }
  const deadline = performance.now() + goneWithinMs;
  for (const pid of ended)
    while ((await processIdentity(pid)) !== null && performance.now() < deadline) await sleep(20);
}

function isOurs(command: string, home: EmbeddedHome): boolean {
  if (command.includes('start-dev') && command.includes(home.database)) return true;
  return /azit\.js (worker|sandbox) /.test(command) && command.includes(`${home.root}/`);
}
