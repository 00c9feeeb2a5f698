// From files to embeddings: AZIT's engine against a straight Python program (onnxruntime, OpenCV) with the same models
// on the same two cores, in turns. npm run bench:identity [-- FOLDER] [--pictures N] [--runs N] [--alone]
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { ensureModels } from '../src/faces/index.js';
import { picturesAt } from '../src/faces/score/picture-files.js';
import { referenceProgram, referencePython } from '../test/reference/python.js';
import { makePictures } from './identity-pictures.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    pictures: { type: 'string', default: '200' },
    runs: { type: 'string', default: '3' },
    // No Python: says what AZIT does alone.
    alone: { type: 'boolean', default: false },
  },
});
const runs = Number(values.runs);
const least = 1.5;
const mostMemory = 0.5;
const child = new URL('./identity-child.mjs', import.meta.url).pathname;

interface Run {
  pictures: number;
  found: number;
  seconds: number;
  peakBytes: number;
}

let missed = false;

function report(
  name: string,
  figures: number[],
  unit: string,
  goal?: { words: string; met: (value: number) => boolean },
) {
  const sorted = figures.toSorted((a, b) => a - b);
  const middle = sorted[sorted.length >> 1];
  const range = sorted.length > 1 ? ` [${sorted[0].toFixed(2)}..${sorted.at(-1)!.toFixed(2)}]` : '';
  const met = goal?.met(middle) ?? true;
  missed ||= !met;
  const verdict = goal ? ` (goal: ${goal.words}) ${met ? 'met' : 'MISSED'}` : '';
  console.log(`${name}: ${middle.toFixed(2)}${range} ${unit}${verdict}`);
}

/** Both get the same two cores. */
async function timed(program: string, args: string[]): Promise<Run> {
  const pinned = process.platform === 'linux' && availableParallelism() > 2;
  const [file, ...words] = pinned ? ['taskset', '-c', '0,1', program, ...args] : [program, ...args];
  const { stdout } = await execa(file, words, { stderr: 'inherit' });
  return JSON.parse(stdout) as Run;
}

const modelsDir = await ensureModels();
const python = values.alone ? null : await referencePython();

async function inTurns(paths: string[], count: number): Promise<{ ours: Run[]; straight: Run[] }> {
  const [ours, straight]: Run[][] = [[], []];
  for (let run = 0; run < count; run++) {
    if (python) straight.push(await timed(python, [referenceProgram, modelsDir, '--time', ...paths]));
    ours.push(await timed(process.execPath, [child, modelsDir, ...paths]));
  }
  return { ours, straight };
}

const each = (ours: Run[], straight: Run[], of: (own: Run, other: Run) => number): number[] =>
  ours.map((own, at) => of(own, straight[at]));
const rate = ({ pictures, seconds }: Run): number => pictures / seconds;
const megabytes = ({ peakBytes }: Run): number => peakBytes / 1e6;
const memoryGoal = { words: `<= ${mostMemory} of the straight program's`, met: (share: number) => share <= mostMemory };

async function measure(what: string, paths: string[]): Promise<void> {
  const { ours, straight } = await inTurns(paths, runs);
  const other = straight.length > 0 ? ` (straight program: ${straight[0].found})` : '';
  console.log(`${what}: ${paths.length}, a face found in ${ours[0].found}${other}`);
  report('pictures a second', ours.map(rate), '/s');
  report('peak memory', ours.map(megabytes), 'MB');
  if (straight.length === 0) return;
  report('pictures a second, straight program', straight.map(rate), '/s');
  report(
    'speed against the straight program',
    each(ours, straight, (a, b) => rate(a) / rate(b)),
    'x',
    {
      words: `>= ${least}`,
      met: (ratio) => ratio >= least,
    },
  );
  report('peak memory, straight program', straight.map(megabytes), 'MB');
  report(
    'peak memory, share',
    each(ours, straight, (a, b) => a.peakBytes / b.peakBytes),
    'x',
    memoryGoal,
  );
}

const folder = await mkdtemp(join(tmpdir(), 'azit-bench-'));
try {
  if (positionals.length > 0) await measure('pictures given', await picturesAt(positionals));
  else await measure('pictures of 1024 x 1024', await makePictures(folder, Number(values.pictures), 1024));
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.exitCode = missed ? 1 : 0;
