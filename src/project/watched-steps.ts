import type { NamedPrompt, ResolvedProject } from './schema.js';
import { strengthsOf } from './strengths.js';
import { mostSweptSteps, sweptSaves } from './swept-steps.js';

// Pure: workflows import this.

/** Of the training: the person begins to show, and nothing can have been copied yet. */
const early = 0.05;

/**
 * The saved checkpoint that is scored beside the sweep, so that what the guards say of late checkpoints does not hang on
 * which earlier ones are swept; it is no option of the choice. Null where the sweep itself has one as early.
 */
export function guardAnchorOf({ training, sweep }: Pick<ResolvedProject, 'training' | 'sweep'>): number | null {
  const { steps, saveEvery } = training;
  const step = Math.max(1, Math.ceil((early * steps) / saveEvery)) * saveEvery;
  return step < Math.min(...sweep.steps) ? step : null;
}

/** Prompts, and seeds of each: enough to see identity stop rising, few enough to cost little beside a step. */
const mostPrompts = 4;
const mostSeeds = 2;

/** What a training that may stop early is watched by. */
export interface Watch {
  /** Checkpoints, ascending: each save, or of more than 50 every second, third, ... */
  steps: number[];
  /** Of the sweep's, the first. */
  prompts: NamedPrompt[];
  /** Of each prompt, the first. */
  seeds: number;
  /** The one nearest to 1. */
  strength: number;
}

/** Null where the training goes to its last step. */
export function watchOf({ training, sweep }: Pick<ResolvedProject, 'training' | 'sweep'>): Watch | null {
  if (training.stop !== 'when-locked') return null;
  const saves = Math.floor(training.steps / training.saveEvery);
  const every = Math.ceil(saves / mostSweptSteps) * training.saveEvery;
  return {
    steps: Array.from({ length: Math.floor(training.steps / every) }, (_, index) => (index + 1) * every),
    prompts: sweep.prompts.slice(0, mostPrompts),
    seeds: Math.min(mostSeeds, sweep.seeds),
    strength: strengthsOf(sweep).reduce((near, one) => (Math.abs(one - 1) < Math.abs(near - 1) ? one : near)),
  };
}

/**
 * What the sweep compares after a training has stopped: its steps that are saved, and where these are fewer than the five
 * of its default, all that were watched. A choice needs the rise before the plateau beside it: of the last five alone it
 * would mostly say that they are equal. The step of the guards stays theirs.
 * @param saved the watched steps that are saved, ascending
 */
export function sweptAfterStop(
  wanted: readonly number[],
  saved: readonly number[],
  guardAnchor: number | null,
): number[] {
  const there = wanted.filter((step) => saved.includes(step));
  return there.length >= sweptSaves ? there : saved.filter((step) => step !== guardAnchor);
}

/**
 * What the sweep compares where a person stopped a training that nobody watched: its steps that are saved; where none of
 * them is, the last five saves.
 */
export function savedOf(wanted: readonly number[], saved: readonly number[], guardAnchor: number | null): number[] {
  const there = wanted.filter((step) => saved.includes(step));
  if (there.length > 0) return there;
  const others = saved.filter((step) => step !== guardAnchor);
  return (others.length > 0 ? others : saved).slice(-sweptSaves);
}
