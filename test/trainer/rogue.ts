// `node --import tsx rogue.ts DEED CONFIG`: the sandbox trainer, but something happens at a named point: DEED is JSON,
// {"when": "regular expression on what it prints", "do": deed, "step": N}. The trainer writes its words synchronously,
// so a deed at "Saved checkpoint to" lies between the weights and the optimizer state; with `unsaid` before its words.
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  appendFileSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { runTrainer } from '../../src/sandbox/trainer/index.js';
import { fillDisk } from '../support/small-disk.js';

export type Deed =
  | 'nothing'
  | 'kill'
  | 'stop'
  | 'exit-0'
  /** In-place writers (safetensors before 0.8): half of the weights under the final name, then killed. */
  | 'kill-in-weights'
  /** The same, but it comes to its end: slowly. */
  | 'write-weights-slowly'
  | 'write-optimizer-slowly'
  /** Half of the optimizer state, then killed. */
  | 'kill-in-optimizer'
  | 'truncate'
  | 'not-finite'
  /** The weights hold a tensor more than the network has, with a hash that fits. */
  | 'add-tensor'
  | 'lose-checkpoint'
  | 'say'
  /** Of the disk of `folder`, `leave` bytes stay free. */
  | 'fill-disk'
  /** An hour earlier from now on: for this process, and for every file it writes, against those before. */
  | 'set-clock-back'
  /** Somebody else's things in the run folder: `folder` holds the files of another run. */
  | 'lay-foreign-files';

export interface DeedDetails {
  step?: number;
  words?: string;
  /** Before the words are heard, and not after. */
  unsaid?: boolean;
  /** Not before this file is there: what was said may be read late. */
  awaits?: string;
  folder?: string;
  leave?: number;
  /**
   * Begins no save before this file of the save before is there, with its number for `STEP`. Here a save follows the
   * next so soon that a busy machine or a slow disk writes over a state that we have not copied yet, which we allow.
   */
  keeps?: string;
}

const [deedJson, configPath] = process.argv.slice(2);
const deed = JSON.parse(deedJson) as { when: string; do: Deed } & DeedDetails;
const { name, process: sections } = JSON.parse(readFileSync(configPath, 'utf8')).config;
const runFolder = join(sections[0].training_folder, name);
const checkpoint = join(runFolder, `${name}_${String(deed.step ?? 0).padStart(9, '0')}.safetensors`);
const optimizer = join(runFolder, 'optimizer.pt');
const hourMs = 3_600_000;
/** Longer than the watch over the files takes from one look to the next. */
const slowMs = 800;
const lookMs = 10;
/** For a file that somebody else is to make: far more than it takes. */
const patienceMs = 60_000;
const die = () => process.kill(process.pid, 'SIGKILL');
const pause = (ms: number) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
const header = (change: (text: string) => string) => {
  const bytes = readFileSync(checkpoint);
  const dataAt = 8 + Number(bytes.readBigUInt64LE());
  const changed = change(bytes.toString('utf8', 8, dataAt));
  const text = changed.padEnd(Math.ceil(changed.length / 8) * 8);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(text)));
  writeFileSync(checkpoint, Buffer.concat([length, Buffer.from(text), bytes.subarray(dataAt)]));
};
const patch = (at: number, values: number[]) => {
  const bytes = readFileSync(checkpoint);
  bytes.set(values, bytes.length + at);
  writeFileSync(checkpoint, bytes);
};

const deeds: Record<Deed, () => void> = {
  nothing: () => {},
  kill: die,
  stop: () => process.kill(process.pid, 'SIGSTOP'),
  'exit-0': () => process.exit(0),
  'kill-in-weights': () => {
    truncateSync(checkpoint, statSync(checkpoint).size / 2);
    die();
  },
  'write-weights-slowly': () => writeSlowly(checkpoint),
  'write-optimizer-slowly': () => writeSlowly(optimizer),
  'kill-in-optimizer': () => {
    writeFileSync(optimizer, existsSync(optimizer) ? readFileSync(optimizer).subarray(0, 9000) : 'PK');
    die();
  },
  truncate: () => truncateSync(checkpoint, 9000),
  // The last bytes of a float32 NaN, with the hash made to fit: only its numbers are wrong.
  'not-finite': () => {
    patch(-4, [0, 0, 0xc0, 0x7f]);
    rehash();
  },
  'add-tensor': addTensor,
  'lose-checkpoint': () => rmSync(checkpoint),
  say: () => void process.stdout.write(`${deed.words}\n`),
  'fill-disk': () => fillDisk(deed.folder ?? '', deed.leave),
  'set-clock-back': () => {
    const now = Date.now;
    Date.now = () => now() - hourMs;
    // What a clock an hour ahead has stamped until now.
    const ahead = (now() + hourMs) / 1000;
    for (const file of readdirSync(runFolder)) utimesSync(join(runFolder, file), ahead, ahead);
  },
  'lay-foreign-files': layForeignFiles,
};

/** As an in-place writer that the disk holds up in the middle. */
function writeSlowly(path: string): void {
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.subarray(0, bytes.length / 2));
  pause(slowMs);
  appendFileSync(path, bytes.subarray(bytes.length / 2));
}

/** Sound checkpoints of another training under the names of this one, and everything that a glob or a link may hit. */
function layForeignFiles(): void {
  const at = (file: string) => join(runFolder, file);
  for (const file of readdirSync(deed.folder ?? '')) copyFileSync(join(deed.folder ?? '', file), at(file));
  for (const twin of [`${name}_LoRA.safetensors`, `${name}[1]*?.safetensors`, `${name}_000000015.safetensors.sha256`])
    writeFileSync(at(twin), 'not a tensor in it');
  mkdirSync(at(`${name}_000000999.safetensors`));
  symlinkSync('/no/such/file', at(`${name}_000000045_last.safetensors`));
  symlinkSync('.', at('loop'));
}

function addTensor(): void {
  const bytes = readFileSync(checkpoint);
  const dataAt = 8 + Number(bytes.readBigUInt64LE());
  const at = bytes.length - dataAt;
  writeFileSync(checkpoint, Buffer.concat([bytes, Buffer.alloc(4)]));
  header((text) =>
    text.trimEnd().replace(/}$/, `,"stray.weight":{"dtype":"F32","shape":[1],"data_offsets":[${at},${at + 4}]}}`),
  );
  rehash();
}

function rehash(): void {
  const bytes = readFileSync(checkpoint);
  const dataAt = 8 + Number(bytes.readBigUInt64LE());
  const sha256 = createHash('sha256').update(bytes.subarray(dataAt)).digest('hex');
  header((text) => text.replace(/"sshs_model_hash":"[0-9a-f]{64}"/, `"sshs_model_hash":"${sha256}"`));
}

const act = () => {
  if (deed.awaits) wait(deed.awaits);
  deeds[deed.do]();
};

function wait(file: string): void {
  for (let waitedMs = 0; !existsSync(file); waitedMs += lookMs) {
    if (waitedMs > patienceMs) throw new Error(`never seen: ${file}`);
    pause(lookMs);
  }
}

let before: string | null = null;
function waitForSaveBefore(text: string): void {
  const [, step] = /Saving at step (\d+)/.exec(text) ?? [];
  if (!step || !deed.keeps) return;
  if (before) wait(deed.keeps.replace('STEP', before));
  before = step;
}

let done = deed.when === '';
const watched = (stream: NodeJS.WriteStream) =>
  new Writable({
    decodeStrings: false,
    write(text: string, _encoding, written) {
      waitForSaveBefore(text);
      const isDue = !done && new RegExp(deed.when).test(text);
      done ||= isDue;
      if (isDue && deed.unsaid) act();
      stream.write(text);
      if (isDue && !deed.unsaid) act();
      written();
    },
  });

if (done) act();
process.exitCode = await runTrainer(configPath, {
  stdout: watched(process.stdout),
  stderr: watched(process.stderr),
  signal: new AbortController().signal,
});
