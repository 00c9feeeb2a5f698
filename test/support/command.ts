import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../../bin/azit.js', import.meta.url));

export interface CommandEnd {
  code: number | null;
  stdout: string;
  stderr: string;
}

export type RunningCommand = Promise<CommandEnd> & {
  pid: number;
  /** The match, once stdout or stderr holds it. @throws when the command ends without. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
};

/** Runs the built `azit` in a folder, away from the Temporal that this machine may have configured. */
export function azit(cwd: string, words: string[], env: NodeJS.ProcessEnv = {}): RunningCommand {
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(TEMPORAL|AZIT)_/.test(name)));
  const child = spawn(process.execPath, [bin, ...words], {
    cwd,
    env: { ...own, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  const heard = new EventEmitter();
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (chunk: Buffer) => {
      output[name] += chunk.toString();
      heard.emit('output');
    });
  const ended = new Promise<CommandEnd>((resolve) => {
    child.once('close', (code) => {
      resolve({ code, ...output });
      heard.emit('output');
    });
  });
  const says = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const match = pattern.exec(output.stdout) ?? pattern.exec(output.stderr);
      if (match) return match;
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`azit ended and never said ${pattern}:\n${output.stderr}`);
      await once(heard, 'output');
    }
  };
  return Object.assign(ended, { pid: child.pid as number, says });
}
