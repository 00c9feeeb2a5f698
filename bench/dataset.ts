import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { labOf, largestCluster, type Point } from '../src/dataset/colour-clusters.js';
import { auditFusion, type AuditedImage, type Surroundings } from '../src/dataset/fusion.js';
import { loadPicture } from '../src/faces/index.js';
import { openEmbedder } from '../src/faces/engine/open-embedder.js';
import { measureCached } from '../src/faces/score/measurements.js';
import { surroundingsOf } from '../src/faces/score/surroundings.js';
import { draw } from '../src/sandbox/model/index.js';
import { figure } from './figure.js';

/**
 * Figures of issue 18, "The dataset", on the sandbox, whose truth is known. `tsx bench/dataset.ts audit` alone takes two
 * minutes; without it two whole runs follow. `... runs PLAIN VARIED` reads the report folders of two such runs.
 */
const [what = 'all', plainFolder, variedFolder] = process.argv.slice(2);
const { engine } = await openEmbedder('default');

/** Two colours nearer than this look the same, as the audit takes it. */
const sameColour = 12;

async function surroundings(bytes: Buffer, name: string): Promise<Surroundings | null> {
  const { face } = await measureCached(engine, { key: name, source: bytes });
  const box = face?.chosen?.box;
  return box
    ? surroundingsOf(await loadPicture(bytes, { workingPixels: 640 }), [...box] as [number, number, number, number])
    : null;
}

const clothes = ['red sweater', 'blue denim jacket', 'green hoodie', 'black blazer', 'yellow blouse', 'white t-shirt'];
const places = ['in a park', 'in a cafe', 'on a city street', 'plain green background', 'plain orange background'];
const lights = ['daylight', 'dramatic side light', 'warm light', 'cold light'];
type Part = 'clothes' | 'background' | 'light';
const all = { clothes, background: places, light: lights };
const imagesASet = 12;

/** One person in changing surroundings, of which `fused` is always the same, and unsaid. */
async function drawnSet(seed: number, fused?: Part): Promise<AuditedImage[]> {
  const images: AuditedImage[] = [];
  for (let at = 0; at < imagesASet; at += 1) {
    const shown = Object.entries(all).map(([part, words]) => [
      part,
      words[(part === fused ? seed : at * 7 + seed) % words.length],
    ]);
    const said = shown.filter(([part]) => part !== fused).map(([, words]) => words);
    const prompt = ['woman', 'bust shot', `yaw ${[-20, 0, 20][at % 3]}`, ...shown.map(([, words]) => words)].join(', ');
    const picture = draw({ prompt, negative: '', seed, width: 512, height: 512, loras: [] });
    const { width, height, pixels } = picture;
    const channels = (pixels.length / (width * height)) as 3 | 4;
    const bytes = await sharp(pixels, { raw: { width, height, channels } }).png().toBuffer();
    const caption = ['mnaz', 'photo', ...said].join(', ');
    images.push({ name: `image-${at}`, caption, around: await surroundings(bytes, `${seed} ${fused} ${at}`) });
  }
  return images;
}

async function audit(): Promise<void> {
  const names: Record<Part, string> = { clothes: 'clothes', background: 'background', light: 'light' };
  const parts: Part[] = ['clothes', 'background', 'light'];
  let found = 0;
  let falsely = 0;
  for (let seed = 1; seed <= 10; seed += 1) {
    const part = parts[seed % 3];
    const findings = auditFusion(await drawnSet(seed, part), 'mnaz').map(({ what }) => what);
    if (findings.some((finding) => finding.includes(names[part]))) found += 1;
    else console.error(`planted ${part} of seed ${seed} was not found`);
    const clean = auditFusion(await drawnSet(seed), 'mnaz').map(({ what }) => what);
    if (clean.length > 0) console.error(`clean set ${seed}: ${clean.join(', ')}`);
    falsely += clean.length;
  }
  figure('planted fusions found', [found], 'of 10', { least: 10 });
  figure('fusions found in ten clean sets', [falsely], '', { most: 1 });
}

interface Shown {
  path: string;
}
interface Report {
  checkpoints: { step: number; identity: { mean: number } }[];
  strips: { images: Shown[]; further: Shown[]; baseline: Shown | null }[];
  stages: { id: string; outputs: (Shown & { heldOut?: boolean })[] }[];
  coverage: { bins: object[]; kept: number; renders: number };
}

const readReport = (folder: string): Report => JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')) as Report;

const pointsOf = (shown: (Surroundings | null)[], part: 'clothes' | 'background'): Point[] =>
  shown.flatMap((around) => (around?.[part] ? [labOf(around[part])] : []));

/** Of the renders that show it: how many have the colour that most training images have, and not so without LoRA. */
async function shareOfTraining(folder: string, part: 'clothes' | 'background'): Promise<number> {
  const { stages, strips } = readReport(folder);
  const measure = async (images: Shown[]): Promise<Point[]> => {
    const shown: (Surroundings | null)[] = [];
    for (const { path } of images)
      shown.push(await surroundings(readFileSync(join(folder, path)), `${folder} ${path}`));
    return pointsOf(shown, part);
  };
  const views = stages.filter(({ id }) => /^0[34]/.test(id)).flatMap(({ outputs }) => outputs);
  const trained = await measure(views.filter(({ heldOut }) => !heldOut));
  const cluster = largestCluster(trained, sameColour).map((at) => trained[at]);
  const usual = [0, 1, 2].map((axis) => cluster.reduce((sum, one) => sum + one[axis], 0) / cluster.length);
  const isUsual = (one: Point): boolean => Math.hypot(...one.map((value, at) => value - usual[at])) <= sameColour;
  let near = 0;
  let of = 0;
  for (const { images, further, baseline } of strips) {
    const renders = await measure([...images, ...further]);
    of += renders.length;
    // What the words bring without any LoRA, the training did not.
    const without = baseline ? await measure([baseline]) : [];
    if (!without.some(isUsual)) near += renders.filter(isUsual).length;
  }
  return (100 * near) / of;
}

/** The demo with prompts that ask for clothes and places which no training image shows. */
function projectOf(vary: boolean): string {
  const demo = readFileSync(new URL('../examples/demo.yaml', import.meta.url), 'utf8');
  const prompts = [
    'blue denim shirt, plain green background',
    'red coat, on a city street',
    'black turtleneck, plain orange background',
    'yellow blouse, beach',
  ];
  const sweep = prompts
    .map((words, at) => `    - { id: other-${at}, text: 'photo of [trigger], ${words}, bust shot' }\n`)
    .join('');
  return demo
    .replace(/ {2}prompts:\n[\s\S]*?\n\n(?=editorial)/, `  prompts:\n${sweep}\n`)
    .replace(/steps: \[[^\]]*\]/, 'steps: [3000]')
    .replace(/images: 8/, 'images: 1')
    .replace(/( {2}heldOut: 6)/, vary ? '$1\n  vary: true' : '$1');
}

function run(folder: string, vary: boolean): string {
  const name = vary ? 'varied' : 'plain';
  writeFileSync(join(folder, `${name}.yaml`), projectOf(vary));
  const azit = new URL('../bin/azit.js', import.meta.url).pathname;
  execFileSync(process.execPath, [azit, 'run', `${name}.yaml`, '--id', name, '--out', name], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return join(folder, name);
}

async function compare(plain: string, varied: string): Promise<void> {
  const [today, now] = [plain, varied].map(readReport);
  const identity = ({ checkpoints }: Report): number => checkpoints.at(-1)!.identity.mean;
  console.log(
    `identity on prompts with other clothes and places: plain ${identity(today).toFixed(3)}, varied ${identity(now).toFixed(3)}`,
  );
  figure('gain of identity by varied settings', [identity(now) - identity(today)], '', { least: 0.05 });
  for (const part of ['clothes', 'background'] as const) {
    console.log(
      `${part} of the training set in such renders: plain ${(await shareOfTraining(plain, part)).toFixed(0)} %`,
    );
    figure(`${part} of the training set in such renders, varied`, [await shareOfTraining(varied, part)], '%', {
      most: 5,
    });
  }
  for (const [name, { coverage }] of [
    ['plain', today],
    ['varied', now],
  ] as const) {
    figure(`views filled, ${name}`, [(100 * coverage.kept) / coverage.bins.length], '%', { least: 95 });
    figure(`renders a kept image, ${name}`, [coverage.renders / coverage.kept], '', { most: 1.3 });
  }
}

if (what !== 'runs') await audit();
if (what === 'runs' && plainFolder && variedFolder) await compare(plainFolder, variedFolder);
else if (what !== 'audit') {
  const folder = mkdtempSync(join(tmpdir(), 'azit-bench-dataset-'));
  try {
    await compare(run(folder, false), run(folder, true));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
