import { comparePaired } from '../choice/compare-sweeps.js';
import { distinctSlugs } from '../report/names.js';
import { filePalette, pagePalette, pageSizes, type ChartSize } from '../report/charts/chart.js';
import { drawn } from '../report/charts/drawing.js';
import { composeStrip } from '../report/strip/compose.js';
import { type ReadArtifact, type WriteFile, writeWhole } from '../report/files.js';
import { givenTo, hasSameMeasure, stepOf, stripsOf, type ComparedRun } from './compared-run.js';
import { identityCurves } from './curves.js';
import type { ComparedPair, Comparison, PromptStrips } from './comparison.js';
import { differencesOf } from './differences.js';
import { comparisonPage } from './page.js';
import { join } from 'node:path';

export interface CompareOptions {
  runs: ComparedRun[];
  read: ReadArtifact;
  write: WriteFile;
}

/** Writes strips (one prompt in one run each), the curves, comparison.json and comparison.html. @returns what the JSON holds */
export async function writeComparison({ runs, read, write }: CompareOptions): Promise<Comparison> {
  const strips = await writeStrips(runs, read, write);
  const curve = identityCurves(runs, filePalette, pageSizes.wide);
  if (curve) await write('curves.svg', await drawn(curve));
  const inPage = async (size: ChartSize): Promise<string> => {
    const chart = identityCurves(runs, pagePalette, size);
    return chart ? await drawn(chart) : '';
  };
  const curves = curve && { wide: await inPage(pageSizes.wide), narrow: await inPage(pageSizes.narrow) };
  const comparison: Comparison = {
    azit: 1,
    runs: runs.map(summaryOf),
    differences: differencesOf(runs.map(givenTo)),
    pairs: runs.slice(1).map((run) => pairOf(runs[0], run)),
    strips: strips.map(({ prompt, text, images }) => {
      return { prompt, text, images: images.map(({ run, path }) => ({ run, path })) };
    }),
  };
  await write('comparison.json', `${JSON.stringify(comparison, null, 2)}\n`);
  await write('comparison.html', await comparisonPage(comparison, curves, strips));
  return comparison;
}

function summaryOf(run: ComparedRun): Comparison['runs'][number] {
  const { run: about, checkpoints } = run.data;
  const step = stepOf(run);
  const identity = checkpoints.find((checkpoint) => checkpoint.step === step)?.identity?.mean ?? null;
  return { id: about.id, name: about.name, model: about.model, state: about.state, step, identity };
}

function pairOf(first: ComparedRun, second: ComparedRun): ComparedPair {
  const [one, other] = [first, second].map((run) => {
    const step = stepOf(run);
    const lora = run.data.checkpoints.find((checkpoint) => checkpoint.step === step)?.lora.sha256 ?? null;
    return { strips: stripsOf(run), step, lora };
  });
  const ids = { first: first.data.run.id, second: second.data.run.id };
  return { ...ids, verdict: comparePaired(one, other), isSameMeasure: hasSameMeasure(first, second) };
}

/** Under each other what asks for the same: by the prompt's text, for runs may call it otherwise. */
async function writeStrips(runs: ComparedRun[], read: ReadArtifact, write: WriteFile): Promise<PromptStrips[]> {
  const texts = [...new Set(runs.flatMap((run) => stripsOf(run).map(({ text }) => text)))];
  const slugs = distinctSlugs(texts.map((text) => runs.flatMap((run) => stripOf(stripsOf(run), text) ?? [])[0].prompt));
  const written: PromptStrips[] = [];
  for (const [at, text] of texts.entries()) {
    const images: PromptStrips['images'] = [];
    for (const run of runs) {
      const { data } = run;
      const strip = stripOf(stripsOf(run), text);
      const bytes = strip && (await composeStrip(strip, data, read));
      if (!bytes) continue;
      const path = `strips/${slugs[at]}-${data.run.id}.png`;
      await write(path, bytes);
      images.push({ run: data.run.id, path, bytes });
    }
    written.push({ prompt: slugs[at], text, images });
  }
  return written;
}

const stripOf = <S extends { text: string }>(strips: S[], text: string): S | undefined =>
  strips.find((strip) => strip.text === text);

/** A comparison as a folder. What lies there already and is right costs reads only. */
export async function writeComparisonFolder({
  directory,
  ...options
}: Omit<CompareOptions, 'write'> & { directory: string }): Promise<Comparison> {
  return await writeComparison({ ...options, write: (path, bytes) => writeWhole(join(directory, path), bytes) });
}
