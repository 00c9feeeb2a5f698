import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

export interface RunningProcess {
  pid: number;
  /** The command line, blanks between arguments. */
  command: string;
}

/**
 * What tells a process from a later one with the same number: the boot and the moment it began. Null where none runs
 * (a zombie does not run).
 */
export async function processIdentity(pid: number): Promise<string | null> {
  if (process.platform !== 'linux') return await identityByPs(pid);
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    return identityOf(stat, await readFile(bootIdPath, 'utf8'));
  } catch {
    return null;
  }
}

/** The same at once, for who may be killed at any moment after a spawn. */
export function processIdentityNow(pid: number): string | null {
  try {
    if (process.platform === 'linux')
      return identityOf(readFileSync(`/proc/${pid}/stat`, 'utf8'), readFileSync(bootIdPath, 'utf8'));
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || null;
  } catch {
    return null;
  }
}

const bootIdPath = '/proc/sys/kernel/random/boot_id';

function identityOf(stat: string, boot: string): string | null {
  // Fields after the command, which is in brackets and may hold blanks: state is the 1st, starttime the 20th.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return null;
  return `${boot.trim()}:${fields[19]}`;
}

async function identityByPs(pid: number): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)]);
    return stdout.trim() || null;
  } catch {
    return null;
  }
}

export async function listProcesses(): Promise<RunningProcess[]> {
  if (process.platform !== 'linux') return await listByPs();
  const processes: RunningProcess[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const command = (await readFile(`/proc/${name}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim();
      if (command) processes.push({ pid: Number(name), command });
    } catch {
      // It has ended since the folder was read.
    }
  }
  return processes;
}

async function listByPs(): Promise<RunningProcess[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,args='], { maxBuffer: 16 * 1024 * 1024 });
  return stdout.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(.*)$/.exec(line);
    return match ? [{ pid: Number(match[1]), command: match[2] }] : [];
  });
}

/** Sends a signal to a process group or process; false where it is gone. */
export function signalIfThere(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
