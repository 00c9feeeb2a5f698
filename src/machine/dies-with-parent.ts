import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

// Two ways for a child to end when its parent ends, by kill -9 too. `spawnGuarded`: everywhere, with all that the child
// has started; but a shell stands between, so that neither the child's own signal nor its outputs reach us. It is for
// services, of which only the log counts. `diesWithParent`: on Linux alone, for a child that we read and whose end we judge.

/**
 * Runs a command in a process group of its own that ends when ours does, however ours ends: a shell waits for the
 * command, and beside it another one reads from a pipe whose other end is open only in our process. When kill -9 takes
 * us, the pipe closes, and the reader kills the group. What the command writes is the person's alone.
 */
const guardScript = `
umask 077
exec 3<&0
"$@" 3<&- </dev/null &
child=$!
# A handler, not "ignore": what is ignored here would be ignored by the command too.
trap : TERM INT HUP
( trap '' TERM INT HUP; while read -r _ <&3; do :; done; kill -KILL -$$ ) &
watcher=$!
while :; do
  wait $child
  code=$?
  kill -0 $child 2>/dev/null || break
done
kill -KILL $watcher 2>/dev/null
exit $code
`;

export interface GuardedCommand {
  command: string;
  arguments: string[];
  env: NodeJS.ProcessEnv;
  cwd?: string;
  /** Gets both of its outputs, appended. */
  logPath: string;
}

/** A guarded child. Its pid names its process group: signals go to `-pid`. */
export function spawnGuarded(options: GuardedCommand): ChildProcess {
  const log = openSync(options.logPath, 'a', 0o600);
  try {
    return spawn('/bin/sh', ['-c', guardScript, 'azit-guard', options.command, ...options.arguments], {
      detached: true,
      env: options.env,
      cwd: options.cwd,
      stdio: ['pipe', log, log],
    });
  } finally {
    closeSync(log);
  }
}

let prefix: string[] | undefined;

/**
 * Words to put before a command: on Linux the kernel itself kills the child when we die (util-linux's setpriv; not
 * busybox's). Elsewhere none: the child dies of its broken pipes when it next prints.
 */
export function diesWithParent(): readonly string[] {
  if (!prefix) {
    const wanted = ['setpriv', '--pdeathsig', 'KILL', '--'];
    const works = process.platform === 'linux' && spawnSync(wanted[0], [...wanted.slice(1), 'true']).status === 0;
    prefix = works ? wanted : [];
  }
  return prefix;
}
