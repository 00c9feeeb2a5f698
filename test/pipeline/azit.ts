import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../../bin/azit.js', import.meta.url));

/** A run small enough for a test, with everything in it that a large one has. */
export const smallProject = `
name: mina
trigger: mnaz
anchor:
  prompt: portrait photo of a young woman, long black hair, brown eyes, front view, close-up
  candidates: 2
  seed: 11
canonical: { candidates: 2 }
dataset: { yaw: [-30, 0, 30], pitch: [0], distances: [close, bust], expressions: [neutral, smile], heldOut: 3 }
training: { steps: 180, saveEvery: 60, override: { train: { lr: 0.0008 } } }
sweep:
  steps: [60, 120, 180]
  seeds: 2
  prompts:
    - { id: base, text: "portrait photo of [trigger], front view, close-up" }
    - { id: stage, text: "[trigger] on stage, stage lights, bust shot" }
editorial: { images: 2 }
`;

const folders: string[] = [];

/** A folder with small.yaml in it; all go when mocha ends, since the undisturbed run serves several files of tests. */
export async function projectFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'azit-pipeline-'));
  folders.push(folder);
  await writeFile(join(folder, 'small.yaml'), smallProject);
  return folder;
}

after(async () => {
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true, maxRetries: 3 })));
});

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** The real command as a child process; its progress lines can be waited for. */
export class Azit {
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  readonly #waiting = new Set<{ pattern: RegExp; found: (line: string) => void }>();

  constructor(words: string[], { home, cwd, env = {} }: { home: string; cwd: string; env?: NodeJS.ProcessEnv }) {
    const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TEMPORAL_')));
    this.#child = spawn(process.execPath, [bin, ...words], {
      cwd,
      env: { ...own, AZIT_HOME: home, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    this.#child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    createInterface({ input: this.#child.stderr! }).on('line', (line) => this.#hear(line));
    this.ended = new Promise((resolve) => {
      this.#child.once('close', (code, signal) => {
        resolve({ code, signal, stdout, stderr: this.#lines.join('\n') });
      });
    });
  }

  get pid(): number {
    return this.#child.pid!;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Resolves with the first progress line that matches, said already or to come; fails when the command ends first. */
  async says(pattern: RegExp): Promise<string> {
    const said = this.#lines.find((line) => pattern.test(line));
    if (said !== undefined) return said;
    const heard = new Promise<string>((found) => this.#waiting.add({ pattern, found }));
    const over = this.ended.then(({ code, stderr }) => {
      throw new Error(`azit ended with ${code} and never said ${pattern}:\n${stderr}`);
    });
    return await Promise.race([heard, over]);
  }

  #hear(line: string): void {
    this.#lines.push(line);
    for (const waiter of this.#waiting) {
      if (!waiter.pattern.test(line)) continue;
      this.#waiting.delete(waiter);
      waiter.found(line);
    }
  }
}

/** Processes of one embedded home, by what their command line says. */
export async function processesOf(home: string): Promise<{ pid: number; command: string }[]> {
  const found: { pid: number; command: string }[] = [];
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry) || Number(entry) === process.pid) continue;
    const command = (await readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ').trim();
    if (command.includes(home)) found.push({ pid: Number(entry), command });
  }
  return found;
}

/** The process that does `part`, e.g. 'sandbox trainer'. */
export async function processOf(home: string, part: string): Promise<number> {
  const all = await processesOf(home);
  const process = all.find(({ command }) => command.includes(part));
  assert.ok(process, `no process '${part}' among: ${all.map(({ command }) => command).join('; ')}`);
  return process.pid;
}

interface ReportJson {
  choice: { step: number | null; strength?: number };
  training: { steps: number; resumes: { fromStep: number; atStep: number }[] };
  checkpoints: { step: number; sha256: string }[];
  strips: {
    prompt: string;
    strength?: number;
    images: { step: number; seed: number; path: string; sha256: string }[];
  }[];
  stages: { id: string; state: string; outputs: { path: string; sha256: string; editor?: string }[] }[];
  editorial: { sha256: string }[];
  timeline: { stage: string; kind: string; text: string }[];
  provenance: Record<string, unknown>;
}

export const readReport = async (directory: string): Promise<ReportJson> =>
  JSON.parse(await readFile(join(directory, 'report.json'), 'utf8')) as ReportJson;

/** Everything of a run that must not depend on what was killed on the way. */
export function lastingOf({ choice, checkpoints, strips, stages, editorial }: ReportJson) {
  return {
    choice: choice.step,
    checkpoints: checkpoints.map(({ step, sha256 }) => [step, sha256]),
    strips: strips.map(({ prompt, images }) => [prompt, images.map(({ step, seed, sha256 }) => [step, seed, sha256])]),
    stages: stages.map(({ id, state, outputs }) => [id, state, outputs.map(({ sha256 }) => sha256)]),
    editorial: editorial.map(({ sha256 }) => sha256),
  };
}
