import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for a condition of another process, which tells nobody when it changes. */
export async function until(what: string, holds: () => unknown, withinMs = 30_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`);
    await sleep(20);
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
