import type { Problems } from './input-error.js';
import { familyChosen, type CheckedProject } from './resolve.js';
import { namePrompts } from './prompts.js';
import { triggerOf } from './trigger.js';
import type { KeyPath, ProjectSource } from './source.js';
import { overrideProblems } from './ai-toolkit-override.js';
import { editionNames, familyOfEdition } from './families/editions.js';
import { editorProblem } from './families/editors.js';
import { familyOf } from './families/index.js';
import { mostSweptSteps, stepsInWords, sweptSteps } from './swept-steps.js';
import { dotted, problemAt } from './wording.js';

/** A sentence that costs something is made only where it is told. */
type Report = (path: KeyPath, sentence: string | (() => string), part?: 'key' | 'value') => void;

/** A rule over several keys: what it reads (it is skipped where one of them is wrong by itself), and what it finds. */
interface Rule {
  reads: string[];
  check(project: CheckedProject, report: Report): void;
}

const rules: Rule[] = [
  { reads: ['model', 'edition'], check: editionExists },
  { reads: ['model', 'edition', 'views'], check: editorFits },
  { reads: ['anchor', 'dataset'], check: oneSourceOfFaces },
  { reads: ['training.steps', 'training.saveEvery'], check: somethingIsSaved },
  { reads: ['training.steps', 'training.saveEvery'], check: notTooMuchIsSaved },
  { reads: ['training.steps', 'training.saveEvery', 'sweep.steps'], check: sweptStepsAreSaved },
  { reads: ['training', 'sweep'], check: sweepIsBounded },
  { reads: ['training.override'], check: overridesAreShort },
  { reads: ['training.override'], check: overridesAreKnown },
  { reads: [], check: nothingTwice },
  { reads: ['name', 'trigger', 'sweep.prompts'], check: noPromptTwice },
];

/** Rules that one key alone can't break. `wrong` holds the dotted paths that are already reported. */
export function findBrokenRules(
  project: CheckedProject,
  source: ProjectSource,
  wrong: readonly string[],
  problems: Problems,
): void {
  const report: Report = (path, sentence, part) => {
    problems.add(() => problemAt(source, path, typeof sentence === 'string' ? sentence : sentence(), part));
  };
  const isWrong = (key: string): boolean => wrong.some((path) => path === key || path.startsWith(`${key}.`));
  for (const rule of rules) if (!rule.reads.some(isWrong)) rule.check(project, report);
}

function oneSourceOfFaces({ anchor, dataset }: CheckedProject, report: Report): void {
  const given = [
    ...(anchor?.prompt === undefined ? [] : [['anchor', 'prompt']]),
    ...(anchor?.image === undefined ? [] : [['anchor', 'image']]),
    ...(dataset.images === undefined ? [] : [['dataset', 'images']]),
  ];
  const [first, second] = given;
  if (!first)
    report([], "The project has no source of faces: set one of 'anchor.prompt', 'anchor.image' and 'dataset.images'.");
  if (second)
    report(
      second,
      `'${dotted(first)}' and '${dotted(second)}' can't both be set: keep only one of 'anchor.prompt', 'anchor.image' and 'dataset.images'.`,
    );
}

function editionExists({ model, edition }: CheckedProject, report: Report): void {
  if (edition === undefined || familyOfEdition(model, String(edition))) return;
  const known = editionNames(model);
  const cure =
    known.length === 0 ? "has no editions: remove 'edition'" : `has no edition ${edition}: use ${known.join(', ')}`;
  report(['edition'], `The model '${model}' ${cure}.`);
}

function editorFits(project: CheckedProject, report: Report): void {
  const { views } = project;
  if (!views) return;
  const isList = Array.isArray(views.editor);
  for (const [index, editor] of [views.editor].flat().entries()) {
    const problem = editorProblem(familyChosen(project), editor);
    const path = ['views', 'editor', ...(isList ? [index] : [])];
    if (problem !== null) report(path, `'${dotted(path)}' is '${editor}', but ${problem}.`);
  }
}

function somethingIsSaved({ training }: CheckedProject, report: Report): void {
  if (training.saveEvery > training.steps)
    report(
      ['training', 'saveEvery'],
      `'training.saveEvery' is ${training.saveEvery}, but 'training.steps' is ${training.steps}: no checkpoint would be saved.`,
    );
}

/** Each has the size of a LoRA, with its optimizer state three times that, and only 50 can be swept. */
const mostSaves = 500;

function notTooMuchIsSaved({ training: { steps, saveEvery } }: CheckedProject, report: Report): void {
  const saves = Math.floor(steps / saveEvery);
  if (saves > mostSaves)
    report(
      ['training', 'saveEvery'],
      `'training.saveEvery' is ${saveEvery}: ${saves} checkpoints would be saved, but the limit is ${mostSaves}. Set it to ${Math.ceil(steps / mostSaves)} or more.`,
    );
}

function sweptStepsAreSaved({ training, sweep }: CheckedProject, report: Report): void {
  if (typeof sweep.steps === 'string') return wordsNameSaves(sweep.steps, training, report);
  for (const [index, step] of (sweep.steps ?? []).entries()) {
    const path = ['sweep', 'steps', index];
    if (step > training.steps)
      report(path, `'${dotted(path)}' is ${step}, but the training ends at step ${training.steps}.`);
    else if (step % training.saveEvery !== 0) report(path, `'${dotted(path)}' is ${step}, ${unsaved(step, training)}`);
  }
}

/** Of `every N from M`, both; of `all`, how many that are. */
function wordsNameSaves(words: string, training: CheckedProject['training'], report: Report): void {
  if (training.saveEvery > training.steps) return;
  const path = ['sweep', 'steps'];
  const { every, from } = stepsInWords(words, training);
  const said = `'${dotted(path)}' is '${words}'`;
  const odd = [from, every].find((step) => step % training.saveEvery !== 0);
  const found = sweptSteps(words, training);
  if (odd !== undefined) report(path, `${said}, ${unsaved(odd, training)}`);
  else if (from > training.steps) report(path, `${said}, but the training ends at step ${training.steps}.`);
  else if (found.length > mostSweptSteps) {
    const fewer = Math.ceil(found.length / mostSweptSteps) * every;
    report(
      path,
      `${said}: that is ${found.length} steps, but the limit is ${mostSweptSteps}. Use 'every ${fewer} from ${from}'.`,
    );
  }
}

const unsaved = (step: number, training: CheckedProject['training']): string =>
  `but no checkpoint is saved there: use a multiple of ${training.saveEvery} ('training.saveEvery')${nearestSaves(step, training)}.`;

function nearestSaves(step: number, { steps, saveEvery }: CheckedProject['training']): string {
  const below = Math.floor(step / saveEvery) * saveEvery;
  const near = [below, below + saveEvery].filter((save) => save > 0 && save <= steps);
  return near.length > 0 ? `, such as ${near.join(' or ')}` : '';
}

/** Days of a GPU, and what a report of them can hold. */
const mostSweptImages = 25_600;

function sweepIsBounded(project: CheckedProject, report: Report): void {
  const { training, sweep } = project;
  const { strength, seeds, prompts = familyOf(familyChosen(project)).sweepPrompts } = sweep;
  if (typeof strength === 'number') return;
  const checkpoints = sweptSteps(sweep.steps, training).length;
  const images = strength.length * checkpoints * prompts.length * seeds;
  if (images > mostSweptImages)
    report(
      ['sweep', 'strength'],
      `'sweep.strength': ${strength.length} strengths x ${checkpoints} checkpoints x ${prompts.length} prompts x ${seeds} seeds are ${images} images, but the limit is ${mostSweptImages}. Use fewer of one of them.`,
    );
}

/** A trainer's whole config has 2 KB. */
const mostOverrideBytes = 64 * 1024;

function overridesAreShort({ training }: CheckedProject, report: Report): void {
  const bytes = Buffer.byteLength(JSON.stringify(training.override));
  if (bytes > mostOverrideBytes)
    report(
      ['training', 'override'],
      `'training.override' is ${Math.ceil(bytes / 1024)} KiB: the limit is ${mostOverrideBytes / 1024} KiB.`,
      'key',
    );
}

function overridesAreKnown({ training }: CheckedProject, report: Report): void {
  for (const problem of overrideProblems(training.override))
    report(['training', 'override', ...problem.path], () => problem.message, 'key');
}

function nothingTwice(project: CheckedProject, report: Report): void {
  const { dataset, views, sweep, editorial, approvals } = project;
  const lists: [KeyPath, readonly unknown[] | undefined][] = [
    [['dataset', 'yaw'], dataset.yaw],
    [['dataset', 'pitch'], dataset.pitch],
    [['dataset', 'distances'], dataset.distances],
    [['dataset', 'expressions'], dataset.expressions],
    [['sweep', 'steps'], typeof sweep.steps === 'string' ? [] : sweep.steps],
    [['sweep', 'strength'], typeof sweep.strength === 'number' ? [] : sweep.strength],
    [['views', 'editor'], Array.isArray(views?.editor) ? views.editor : []],
    [['approvals'], approvals],
  ];
  for (const [path, values = []] of lists)
    for (const index of repeated(values))
      report([...path, index], `'${dotted(path)}' contains ${String(values[index])} twice: keep one of them.`);
  for (const [section, prompts = []] of [
    ['sweep', sweep.prompts],
    ['editorial', editorial.prompts],
  ] as const) {
    const ids = prompts.map((prompt, index) => (typeof prompt === 'string' ? index : prompt.id));
    for (const index of repeated(ids))
      report(
        [section, 'prompts', index, 'id'],
        `'${section}.prompts' contains the id ${String(ids[index])} twice: give each prompt its own id.`,
      );
  }
}

/** Each would count as a prompt of its own, and be one more sample of the same. */
function noPromptTwice({ name, trigger = triggerOf(name), sweep }: CheckedProject, report: Report): void {
  const texts = namePrompts(sweep.prompts ?? [], trigger).map(({ text }) => text.replace(/\s+/g, ' ').trim());
  for (const index of repeated(texts))
    report(
      ['sweep', 'prompts', index],
      `'sweep.prompts[${index}]' is the same prompt as 'sweep.prompts[${texts.indexOf(texts[index])}]': remove it. For more images of each prompt, raise 'sweep.seeds'.`,
    );
}

function repeated(values: readonly unknown[]): number[] {
  const seen = new Set<unknown>();
  return values.flatMap((value, index) => (seen.size < seen.add(value).size ? [] : [index]));
}
