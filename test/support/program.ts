import { spawn, type ChildProcess } from 'node:child_process';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const tsx = fileURLToPath(import.meta.resolve('tsx'));
const root = fileURLToPath(new URL('../..', import.meta.url));
const tests = join(root, 'test/');

/** What `node` is told to run a TypeScript program: that which `npm test` compiled, or today's source. */
export function nodeWords(program: string | URL): string[] {
  const path = typeof program === 'string' ? program : fileURLToPath(program);
  // A compiled program that starts another one.
  if (import.meta.url.endsWith('.js')) return [path.replace(/\.ts$/, '.js')];
  if (process.env.AZIT_TEST_BUILD === undefined || !path.startsWith(tests)) return ['--import', tsx, path];
  return [join(root, '.test-build', relative(root, path)).replace(/\.ts$/, '.js')];
}

/** Runs a small TypeScript program from test/ in a process of its own; `says` waits for a line of its output. */
export class Program {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  #output = '';
  #listeners: (() => void)[] = [];

  constructor(program: string, words: string[] = [], env: NodeJS.ProcessEnv = {}) {
    this.child = spawn(process.execPath, [...nodeWords(join(root, program)), ...words], {
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        this.#output += chunk.toString();
        for (const listener of this.#listeners) listener();
      });
    this.ended = new Promise((resolve) => {
      this.child.once('close', (code) => {
        resolve(code);
        for (const listener of this.#listeners) listener();
      });
    });
  }

  get pid(): number {
    return this.child.pid as number;
  }

  get output(): string {
    return this.#output;
  }

  /** The match, once the output holds it. @throws when the program ends without. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.#output);
      if (match) return match;
      if (this.child.exitCode !== null || this.child.signalCode !== null)
        throw new Error(`the program ended and never said ${pattern}:\n${this.#output}`);
      await new Promise<void>((heard) => this.#listeners.push(heard));
    }
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }
}
