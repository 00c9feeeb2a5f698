import { stringify } from 'yaml';
import { hrefOf } from '../report/names.js';
import { type Score, strengthWords } from '../run/checkpoint-record.js';
import { stepsTrained } from '../run/training-record.js';
import type { Family, Licence } from '../project/families/family.js';
import { isFamily } from '../project/families/index.js';
import { editorsUsed } from '../run/editors-used.js';
import { baselineOf, strengthOf, type Checkpoint, type ExportSource } from './checkpoints.js';
import type { ExportedFile } from './evidence.js';
import { figure, intervalWords, code, lineOf, table, words } from './markdown.js';
import type { Format } from './tensor-names.js';
import { titleOf } from './modelspec.js';
import { evidenceName } from './names.js';
import type { Preview } from './preview.js';
import { weaknessesOf } from './weaknesses.js';

export interface CardInput {
  source: ExportSource;
  family: Family;
  /** The one that the card is about. */
  checkpoint: Checkpoint;
  all: Checkpoint[];
  lora: ExportedFile;
  preview: { file: string; preview: Preview } | null;
  format?: Format;
  /** Every LoRA in the folder. */
  files: ExportedFile[];
  version: string;
}

/** README.md: a model card as Hugging Face reads it. */
export function cardOf(input: CardInput): string {
  const { source, checkpoint, preview } = input;
  const title = titleOf(source.data.run.name, checkpoint.step);
  return [
    frontMatter(input),
    `# ${words(title)}`,
    ...(preview ? [`![${words(title)}](${hrefOf(preview.file)})`, `Image: ${words(preview.preview.what)}.`] : []),
    whatItIs(input),
    '## How to use it',
    usage(input),
    '## What was measured',
    measured(input),
    '## Limitations',
    bullets(weaknessesOf(checkpoint, source.data.run.strengths ?? [strengthOf(source)])),
    '## Licence',
    licence(input),
    '## How it was made',
    origin(input),
  ].join('\n\n');
}

const bullets = (lines: readonly string[]): string => lines.map((line) => `- ${line}`).join('\n');

/** https://huggingface.co/docs/hub/model-cards */
function frontMatter({ source, family, preview }: CardInput): string {
  const { licence, repository } = family;
  const { trigger } = source.data.run;
  const render = preview?.preview.render;
  const matter = {
    ...(repository === null ? {} : { base_model: repository, base_model_relation: 'adapter' }),
    library_name: repository === null ? 'azit' : 'diffusers',
    pipeline_tag: 'text-to-image',
    license: licence.id,
    ...(licence.id === 'other' ? { license_name: slug(licence.name), license_link: licence.url } : {}),
    instance_prompt: trigger,
    tags: ['text-to-image', 'lora', 'template:diffusion-lora', 'azit'],
    ...(preview && render?.text
      ? { widget: [{ text: lineOf(render.text), output: { url: hrefOf(preview.file) } }] }
      : {}),
  };
  return `---\n${stringify(matter, { lineWidth: 0 })}---`;
}

const slug = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');

function whatItIs({ source, family, checkpoint }: CardInput): string {
  const { data } = source;
  const of = data.training ? ` of ${stepsTrained(data.training)}` : '';
  const base = family.repository === null ? `AZIT's ${family.name} model` : code(family.repository);
  return `A LoRA for ${code(data.run.trigger)}, trained on ${base}: step ${checkpoint.step}${of}${forStrength(source)}.${renderedBy(family)} ${choiceWords(source, checkpoint.step)}`;
}

/** Where it is used on another model than it was trained on. */
const renderedBy = ({ renderer }: Family): string =>
  renderer ? ` Use it with ${code(renderer.repository)}, which rendered all images and scores here.` : '';

/** Where it was chosen among several. */
const forStrength = ({ data: { choice } }: ExportSource): string =>
  choice?.strength === undefined ? '' : `, for strength ${choice.strength}`;

function choiceWords({ data: { choice } }: ExportSource, step: number): string {
  if (!choice) return 'It was exported before the run chose a checkpoint.';
  const reason = words(choice.reason);
  if (choice.step === step) return `Chosen by ${choice.by === 'person' ? 'a person' : 'the rule'}: ${reason}`;
  if (choice.asGoodAsAny === step) return `Statistically as good as the best. ${reason}`;
  const chosen = choice.step === null ? 'The run chose none' : `The run chose step ${choice.step}`;
  return `${chosen}; this checkpoint was exported on request. ${reason}`;
}

function usage({ source, family, checkpoint, lora, format }: CardInput): string {
  const { run, strips } = source.data;
  const prompts = [...new Set(strips.map(({ text }) => text))].map((text) => `  - ${code(text)}`);
  const measuredAt = run.strengths
    ? `; strengths compared: ${run.strengths.join(', ')}`
    : ', at which all scores below were measured';
  return [
    `- **Trigger word:** ${code(run.trigger)}. Include it in every prompt: the LoRA was trained only with it.`,
    `- **Strength:** ${figure(strengthOf(source, checkpoint), 2)}${measuredAt}.`,
    family.repository === null
      ? `- **Where:** only in AZIT's sandbox, the only program that has its base model.`
      : format === 'diffusers'
        ? `- **Where:** in diffusers, ${code(`pipeline.load_lora_weights(FOLDER, weight_name=${JSON.stringify(lora.path)})`)}.`
        : `- **Where:** copy ${code(lora.path)} into ComfyUI's ${code('models/loras')} and load it after ${family.renderer ? code(family.renderer.repository) : 'the base model'}.`,
    ...(prompts.length > 0 ? ['- **Prompts** used in the measurements:', ...prompts] : []),
  ].join('\n');
}

function measured({ source, checkpoint, all, files }: CardInput): string {
  const baseline = baselineOf(source);
  const references = source.data.references.length;
  const scored = all.filter(({ identity }) => identity !== null);
  if (scored.length === 0 && !baseline) return 'Nothing yet: no checkpoint has been scored.';
  const kept = new Set(files.map(({ step }) => step));
  const line = (name: string, score: Score | null): string[] =>
    score && score.n > 0
      ? [name, figure(score.mean), intervalWords(score), String(score.n), String(score.noFace)]
      : [name, '-', '-', String(score?.n ?? 0), String(score?.noFace ?? 0)];
  const rows = [
    ...(baseline ? [line('without any LoRA', baseline)] : []),
    ...scored.flatMap((one) =>
      rowsOf(one, kept.has(one.step)).map(({ name, strength, identity }) => {
        const isShown =
          one.step === checkpoint.step && (strength === undefined || strength === strengthOf(source, one));
        return line(isShown ? `**${name}**` : name, identity);
      }),
    ),
  ];
  const gain = checkpoint.gain;
  return [
    `Identity is the mean cosine between the face in an image and ${references > 0 ? `${references} images of the person` : 'images of the person'} that the LoRA was not trained on. Every row uses the same prompts and seeds.`,
    table(['', 'identity', '95% interval', 'images', 'no face found'], rows),
    ...(gain && gain.n > 0
      ? [
          `Gain over the same prompts and seeds without any LoRA: ${figure(gain.mean)} (${intervalWords(gain)}, n = ${gain.n}).`,
        ]
      : []),
  ].join('\n\n');
}

/** Of several strengths, a row for each. */
function rowsOf({ step, identity, strength, strengths }: Checkpoint, isHere: boolean) {
  const all: { strength?: number; identity: Score | null }[] = strengths ?? [{ strength, identity }];
  const here = isHere ? ', in this folder' : '';
  return all.map((one) => ({ ...one, name: `step ${step}${strengthWords(one.strength)}${here}` }));
}

function licence({ family, source: { data } }: CardInput): string {
  const { licence, repository, renderer } = family;
  const base = repository === null ? 'the base model' : code(repository);
  const linked = ({ name, url, terms }: Licence): string => `[${words(name)}](${url}). ${terms}`;
  return [
    `The licence of ${base} also applies to this LoRA: ${linked(licence)}`,
    ...(renderer
      ? [`Its images are rendered by ${code(renderer.repository)}, under its own licence: ${linked(renderer.licence)}`]
      : []),
    ...(isFamily(data.run.model) ? editorsUsed({ ...data.run, model: data.run.model, stages: data.stages }) : []).map(
      ({ repository: editor, licence: its }) =>
        `Images that it was trained on were edited by ${code(editor)}, under its own licence: ${linked(its)}`,
    ),
    'If it shows a real person, share it only with their consent.',
  ].join('\n\n');
}

function origin({ source: { data }, version, lora }: CardInput): string {
  const { trainer } = data.provenance;
  return bullets([
    `Run ${code(data.run.id)} of AZIT ${words(version)}, started ${data.run.startedAt}.`,
    ...(typeof trainer === 'string' ? [`Trained by ${words(trainer)}.`] : []),
    `sha256 of ${code(lora.path)}: ${code(lora.sha256)}.`,
    `All scores, hashes and seeds: [${evidenceName}](${evidenceName}).`,
  ]);
}
