import { processorOf } from '../run/spent.js';
import { byteWords } from '../text/figures.js';
import type { Estimate, PlannedStage, RunPlan } from './plan.js';
import { stageTitles } from '../project/names.js';

/** Of a table: title, what it does, how much of it there is. */
export function planRows({ stages, training }: RunPlan): string[][] {
  return stages.map((stage) => {
    const isTraining = stage.id === '05-training' && /\bsteps?\b/.test(stage.what);
    return [titleOf(stage.id), stage.what, isTraining ? stepWords(training) : imageWords(stage)];
  });
}

/** What is left to do, whose work is reused, and what it takes. */
export function toDoWords({ toDo, training, from, estimate }: RunPlan, model: string): string[] {
  const rejected = 'rejected ones are rendered again';
  if (from.length === 0) return [`at least ${imagesOf(toDo.images)}; ${rejected}`, estimateWords(estimate, model)];
  const reused = `the rest is reused from ${runWords(from)}`;
  if (toDo.images === 0 && toDo.steps === 0)
    return [`nothing to render or train: all of it is reused from ${runWords(from)}`];
  const steps = toDo.steps === 0 ? 'no training' : `${toDo.steps} of ${training.steps} steps`;
  return [
    `to do: ${toDo.images === 0 ? 'no images' : `at least ${imagesOf(toDo.images)} (${rejected})`}, ${steps}; ${reused}`,
    estimateWords(estimate, model),
  ];
}

function estimateWords(estimate: Estimate | null, model: string): string {
  if (estimate === null) return `no estimate of time or disk: this store has no finished run of ${model} to go by`;
  const { gpuMinutes, bytes, secondsPerImage, secondsPerStep } = estimate;
  const paces = [
    ...(secondsPerImage === null ? [] : [`${seconds(secondsPerImage)} per image`]),
    ...(secondsPerStep === null ? [] : [`${seconds(secondsPerStep)} per step`]),
  ];
  const basis = `going by the runs of ${model} in this store: ${paces.join(', ')}`;
  return `${minutes(gpuMinutes)} of ${processorOf(model)} time and ${byteWords(bytes)} in the store (${basis})`;
}

const titleOf = (id: PlannedStage['id']): string =>
  id === 'sweep' ? '   Checkpoint sweep' : `${id.slice(0, 2)} ${stageTitles[id]}`;

function imageWords({ images, reused }: PlannedStage): string {
  if (images === 0) return '';
  if (reused === 0) return imagesOf(images);
  return `${imagesOf(images)}, ${reused === images ? 'all' : reused} reused`;
}

function stepWords({ steps, reused }: RunPlan['training']): string {
  if (reused === 0) return '';
  return reused >= steps ? 'reused' : `continues at step ${reused}`;
}

const imagesOf = (count: number): string => `${count} ${count === 1 ? 'image' : 'images'}`;
const mostNamed = 3;

function runWords(runs: string[]): string {
  const further = runs.length - mostNamed;
  return `${runs.length === 1 ? 'run' : 'runs'} ${runs.slice(0, mostNamed).join(', ')}${further > 0 ? ` and ${further} more` : ''}`;
}

const seconds = (value: number): string => `${value < 0.095 ? value.toFixed(3) : value.toFixed(1)} s`;
const minutes = (value: number): string =>
  value < 0.1 ? 'less than a minute' : value < 120 ? `about ${value} min` : `about ${(value / 60).toFixed(1)} h`;
