// `node --import tsx rogue.ts DEED CONFIG`: the sandbox trainer, but something happens at a named point: DEED is JSON,
// {"when": "regular expression on what it prints", "do": deed, "step": N}. The trainer writes its words synchronously,
// so a deed at "Saved checkpoint to" lies between the weights and the optimizer state.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { runTrainer } from '../../src/sandbox/trainer/index.js';

export type Deed =
  | 'kill'
  | 'stop'
  | 'exit-0'
  /** In-place writers (safetensors before 0.8): half of the weights under the final name, then killed. */
  | 'kill-in-weights'
  /** Half of the optimizer state, then killed. */
  | 'kill-in-optimizer'
  | 'truncate'
  | 'not-finite'
  | 'lose-checkpoint'
  | 'say';

const [deedJson, configPath] = process.argv.slice(2);
const deed = JSON.parse(deedJson) as { when: string; do: Deed; step?: number; words?: string };
const { name, process: sections } = JSON.parse(readFileSync(configPath, 'utf8')).config;
const runFolder = join(sections[0].training_folder, name);
const checkpoint = join(runFolder, `${name}_${String(deed.step ?? 0).padStart(9, '0')}.safetensors`);
const optimizer = join(runFolder, 'optimizer.pt');
const die = () => process.kill(process.pid, 'SIGKILL');
const header = (change: (text: string) => string) => {
  const bytes = readFileSync(checkpoint);
  const dataAt = 8 + Number(bytes.readBigUInt64LE());
  const text = change(bytes.toString('utf8', 8, dataAt)).padEnd(dataAt - 8);
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
  kill: die,
  stop: () => process.kill(process.pid, 'SIGSTOP'),
  'exit-0': () => process.exit(0),
  'kill-in-weights': () => {
    writeFileSync(checkpoint, Buffer.alloc(5000, '{'));
    die();
  },
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
  'lose-checkpoint': () => rmSync(checkpoint),
  say: () => void process.stdout.write(`${deed.words}\n`),
};

function rehash(): void {
  const bytes = readFileSync(checkpoint);
  const dataAt = 8 + Number(bytes.readBigUInt64LE());
  const sha256 = createHash('sha256').update(bytes.subarray(dataAt)).digest('hex');
  header((text) => text.replace(/"sshs_model_hash":"[0-9a-f]{64}"/, `"sshs_model_hash":"${sha256}"`));
}

let done = deed.when === '';
const watched = (stream: NodeJS.WriteStream) =>
  new Writable({
    decodeStrings: false,
    write(text: string, _encoding, written) {
      stream.write(text);
      if (!done && new RegExp(deed.when).test(text)) {
        done = true;
        deeds[deed.do]();
      }
      written();
    },
  });

if (done) deeds[deed.do]();
process.exitCode = await runTrainer(configPath, {
  stdout: watched(process.stdout),
  stderr: watched(process.stderr),
  signal: new AbortController().signal,
});
