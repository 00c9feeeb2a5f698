import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import sharp from 'sharp';
import { familyOf } from '../project/families/index.js';
import type { LoadedProject } from '../project/load.js';
import type { ModelFiles } from '../project/model-files.js';
import { binaryWords } from '../text/figures.js';
import { baseOf, isRepository, neededFiles, repositoriesOf } from './base-files.js';
import { sizeProblems, type Size } from './buckets.js';
import { captionBudget, captionsOf } from './caption-budget.js';
import { bitsOf, gpusHere, memoryEstimate, memoryProblem, type Gpu } from './gpu-memory.js';
import { isCached, tokenizerFolder, type Places } from './places.js';
import { openTokenizer, type PieceTokenizer } from './tokenizer.js';
import { factsOf, type TrainingFacts } from './training-facts.js';
import { betterTriggers, piecesWords, triggerProblems } from './trigger.js';

/** What is known of a training before GPU hours are spent. A warning stops nothing. */
export interface Finding {
  about: 'trigger' | 'captions' | 'images' | 'GPU memory' | 'base files';
  state: 'ok' | 'warning' | 'unchecked';
  /** Part of a sentence, to follow `about` and a colon. */
  text: string;
}

/** A line for people. */
export const findingWords = ({ about, state, text }: Finding): string =>
  `${about}: ${state === 'warning' ? 'warning: ' : ''}${text}`;

export interface Machine {
  places: Places;
  /** As the trainer's own Python tells them. Absent: nvidia-smi is asked. */
  gpus?: readonly Gpu[];
  modelFiles?: ModelFiles;
}

/** Looks at this machine alone, without a network. Nothing for the sandbox, whose model reads whole words. */
export async function preflightOf(loaded: LoadedProject, machine: Machine): Promise<Finding[]> {
  const family = familyOf(loaded.project.model);
  const facts = factsOf(family.training.trainers['ai-toolkit'].arch);
  if (!facts) return [];
  const base = baseOf(loaded.project.model, machine.modelFiles ?? {});
  const { tokenizers, missing } = await openTokenizers(facts, machine.places, base);
  const captionTokenizer = tokenizers.find(({ vocabulary }) => vocabulary === facts.caption.vocabulary) ?? null;
  return [
    ...triggerFindings(loaded.project.trigger, tokenizers, missing),
    { about: 'captions', ...captionBudget(captionsOf(loaded, family), facts.caption, captionTokenizer) },
    ...(await sizeFindings(loaded, facts)),
    await memoryFinding(loaded, facts, machine.gpus ?? (await gpusHere())),
    await baseFinding(loaded, machine, base),
  ];
}

async function openTokenizers(facts: TrainingFacts, places: Places, base: string) {
  const tokenizers: PieceTokenizer[] = [];
  const missing: string[] = [];
  for (const { vocabulary, folder, repository } of facts.tokenizers) {
    const found = await tokenizerFolder(places, vocabulary, existsSync(base) ? base : (repository ?? base), folder);
    if (found === null) {
      missing.push(
        `no ${vocabulary} tokenizer of ${repository ?? base} in ${places.hubCache}${places.comfyui ? ` or ${places.comfyui}` : ", and ComfyUI's folder is not given (AZIT_COMFYUI_DIR)"}`,
      );
      continue;
    }
    try {
      tokenizers.push(await openTokenizer(vocabulary, found));
    } catch (error) {
      missing.push(`the ${vocabulary} tokenizer in ${found} can't be read: ${(error as Error).message}`);
    }
  }
  return { tokenizers, missing };
}

function triggerFindings(trigger: string, tokenizers: PieceTokenizer[], missing: string[]): Finding[] {
  const problems = triggerProblems(trigger, tokenizers);
  const better = problems.length > 0 ? betterTriggers(trigger, tokenizers) : [];
  const advice = better.length > 0 ? `. Better: ${better.join(', ')}` : '';
  const findings: Finding[] =
    problems.length > 0
      ? [{ about: 'trigger', state: 'warning', text: `${trigger} ${problems.join('; it ')}${advice}` }]
      : tokenizers.length > 0
        ? [{ about: 'trigger', state: 'ok', text: `${trigger} is read as ${piecesWords(trigger, tokenizers)}` }]
        : [];
  return [
    ...findings,
    ...missing.map((text): Finding => ({
      about: 'trigger',
      state: 'unchecked',
      text: `not checked by its tokens: ${text}`,
    })),
  ];
}

async function sizeFindings({ project, files }: LoadedProject, { multiple }: TrainingFacts): Promise<Finding[]> {
  const family = familyOf(project.model);
  const resolutions = resolutionsOf(project.training.override) ?? family.training.resolution;
  const own = files.datasetImages;
  const { width, height } = family.size;
  const sizes = own ? await sizesOf(own.map(({ path }) => path)) : [{ name: 'the rendered ones', width, height }];
  const problems = sizeProblems(sizes, resolutions, multiple);
  if (problems.length > 0) return problems.map((text) => ({ about: 'images', state: 'warning', text }));
  const what = own ? `all ${sizes.length} are` : `rendered at ${width} x ${height},`;
  return [{ about: 'images', state: 'ok', text: `${what} trained at ${resolutions.join(', ')} pixels a side` }];
}

function resolutionsOf(override: Record<string, unknown>): number[] | null {
  const { resolution } = (override.datasets ?? {}) as { resolution?: number | number[] };
  return resolution === undefined ? null : [resolution].flat();
}

async function sizesOf(paths: readonly string[]): Promise<Size[]> {
  const sizes: Size[] = [];
  for (const path of paths) {
    const { width, height } = await sharp(path, { limitInputPixels: false }).metadata();
    sizes.push({ name: basename(path), width, height });
  }
  return sizes;
}

async function memoryFinding(
  { project }: LoadedProject,
  facts: TrainingFacts,
  gpus: readonly Gpu[] | null,
): Promise<Finding> {
  const estimate = memoryEstimate(facts, bitsOf(familyOf(project.model), project.training.override));
  const about = 'GPU memory';
  const [largest] = (gpus ?? []).toSorted((a, b) => b.totalBytes - a.totalBytes);
  if (!largest) return { about, state: 'unchecked', text: `no NVIDIA GPU is found on this machine; ${estimate.text}` };
  const problem = memoryProblem(estimate, facts, largest);
  if (problem) return { about, state: 'warning', text: `${problem}. ${estimate.text}` };
  const isKnown = estimate.weightBytes !== null || facts.card !== null;
  const has = `${largest.name} has ${binaryWords(largest.totalBytes)}`;
  return { about, state: isKnown ? 'ok' : 'unchecked', text: `${has}; ${estimate.text}` };
}

async function baseFinding(
  { project }: LoadedProject,
  { places, modelFiles = {} }: Machine,
  base: string,
): Promise<Finding> {
  const about = 'base files';
  if (existsSync(base)) return { about, state: 'ok', text: `${base} is on this machine` };
  if (!existsSync(places.hubCache))
    return {
      about,
      state: 'unchecked',
      text: `this machine has no Hugging Face cache (${places.hubCache}); a training starts offline and needs ${repositoriesOf(neededFiles(project.model, modelFiles)).join(', ')}`,
    };
  const needed = neededFiles(project.model, modelFiles);
  const there = await Promise.all(needed.map((file) => isCached(places.hubCache, file)));
  const absent = repositoriesOf(needed.filter((_, at) => !there[at]));
  if (absent.length === 0 && isRepository(base))
    return { about, state: 'ok', text: `${base} is in ${places.hubCache}` };
  const fetch = absent.map((repository) => `\`hf download ${repository}\``).join(' and ');
  return {
    about,
    state: 'warning',
    text: `${absent.join(', ')} missing from ${places.hubCache}, and a training starts offline: run ${fetch} where it trains`,
  };
}
