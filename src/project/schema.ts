import { z } from 'zod';
import { modelNames } from './families/editions.js';
import { editorNames, type EditorName } from './families/editors.js';
import type { FamilyName } from './families/index.js';
import { gates } from './names.js';
import { mostSweptSteps, sweptStepsWords } from './swept-steps.js';

/** Seeds stay below 2^53: a JSON number in JavaScript holds no larger integer. */
const seed = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const text = z.string().trim().min(1).max(4000);
const stepCount = z.int().min(1).max(1_000_000);

/** No slashes, quotes or control characters: the name ends up in file names and LoRA metadata. */
export const projectName = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[\p{L}\p{N}][\p{L}\p{N} ._-]*$/u, 'may contain only letters, digits, spaces, dots, hyphens and underscores');

const promptId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'may contain only lower-case letters, digits and hyphens');
const prompt = z.union([text, z.strictObject({ id: promptId, text })], { error: 'must be text or {id, text}' });

const anchor = z.strictObject({
  prompt: text.optional(),
  image: z.string().min(1).optional(),
  /** Who agreed to the use of the photo, and when. */
  consent: text.optional(),
  candidates: z.int().min(1).max(64).default(8),
  seed: seed.default(7),
});

/** Of `dataset.budget`. */
export const mostOfBudget = { renders: 10_000, minutes: 100_000 };

const dataset = z.strictObject({
  yaw: z.array(z.number().min(-90).max(90)).min(1).max(15).default([-60, -30, 0, 30, 60]),
  pitch: z.array(z.number().min(-45).max(45)).min(1).max(9).default([-15, 0, 15]),
  distances: z
    .array(z.enum(['close', 'bust', 'half']))
    .min(1)
    .default(['close', 'bust', 'half']),
  expressions: z
    .array(z.enum(['neutral', 'smile', 'open']))
    .min(1)
    .default(['neutral', 'smile', 'open']),
  heldOut: z.int().min(1).max(50).default(6),
  /** What becomes of own pictures that a rule is against. Absent: warn. No default: the fingerprints of projects stay. */
  audit: z.enum(['warn', 'stop', 'off']).optional(),
  /** Stage 04 in other clothes, places and lights, and hair styles too, named in the captions. Absent: as the portrait. */
  vary: z.union([z.boolean(), z.literal('hair')], { error: "must be true, false or 'hair'" }).optional(),
  /** What stages 03 and 04 may take to fill the views that lack an image. Absent: three rounds. */
  budget: z
    .strictObject({
      renders: z.int().min(1).max(mostOfBudget.renders).optional(),
      minutes: z.number().min(0.1).max(mostOfBudget.minutes).optional(),
    })
    .refine(({ renders, minutes }) => renders !== undefined || minutes !== undefined, {
      error: "needs 'renders', 'minutes' or both",
    })
    .optional(),
  /** Share of the views that a stage must have images of; with fewer it asks. Absent: half. */
  require: z.number().min(0.1).max(1).optional(),
  /** A folder of the person's own pictures: the run then starts at stage 05. */
  images: z.string().min(1).optional(),
});

const training = z.strictObject({
  steps: stepCount.default(3000),
  saveEvery: stepCount.default(200),
  /** Steps from one loss on the held-out pictures to the next; absent: none is measured. */
  validateEvery: stepCount.optional(),
  rank: z.int().min(1).max(256).default(16),
  seed: seed.default(42),
  /** Whether it ends before its last step where the sweep shows that more would bring nothing. Absent: never. */
  stop: z.enum(['never', 'when-locked']).optional(),
  override: z.record(z.string(), z.unknown()).default({}),
});

const stepForms = "must be a list of steps, 'all' or 'every N from M'";
const sweptSteps = z.union(
  [z.array(stepCount).min(1).max(mostSweptSteps), z.string().regex(sweptStepsWords, stepForms)],
  { error: stepForms },
);

/** In a list, what is rendered without LoRA anyway is no strength. */
const strength = z.union([z.number().min(-4).max(4), z.array(z.number().min(0.05).max(4)).min(1).max(6)], {
  error: 'must be a number or a list of numbers',
});

const sweep = z.strictObject({
  /** Default: the last five saves. */
  steps: sweptSteps.optional(),
  seeds: z.int().min(1).max(32).default(3),
  strength: strength.default(1),
  prompts: z.array(prompt).min(1).max(16).optional(),
  /** Whether each checkpoint is also tried alone, without the trigger and with another person. Absent: false. */
  tests: z.boolean().optional(),
});

const editorName = z.enum(editorNames);
/** What stages 02 to 04 edit with. */
const views = z.strictObject({
  editor: z.union([editorName, z.array(editorName).min(1).max(editorNames.length)], {
    error: `must be one of ${editorNames.join(', ')}, or a list of them`,
  }),
});

const editorial = z.strictObject({
  prompts: z.array(prompt).min(1).max(32).optional(),
  images: z.int().min(1).max(256).default(8),
});

/** The project file as a person writes it. Everything but the name and one source of faces has a default. */
export const projectSchema = z.strictObject({
  azit: z.literal(1).default(1),
  name: projectName,
  model: z.enum(modelNames).default('sandbox'),
  /** Of a model that has several. A number where YAML reads one: 2512. */
  edition: z.union([z.string().min(1).max(32), z.int().min(0)], { error: 'must name an edition' }).optional(),
  trigger: z
    .string()
    .regex(/^[\p{L}\p{N}_-]{2,32}$/u, 'must be one word of 2 to 32 letters, digits, hyphens or underscores')
    .optional(),
  anchor: anchor.optional(),
  canonical: z.strictObject({ candidates: z.int().min(1).max(64).default(4) }).prefault({}),
  /** Absent: chosen when a run starts (`default-editor.ts`). */
  views: views.optional(),
  dataset: dataset.prefault({}),
  training: training.prefault({}),
  sweep: sweep.prefault({}),
  editorial: editorial.prefault({}),
  /** What a run may spend before it asks. Absent: no limit. */
  budget: z.strictObject({ gpuHours: z.number().min(0.001).max(1_000_000) }).optional(),
  /** Own graphs in API format, in place of the family's. */
  graphs: z
    .strictObject({
      textToImage: z.string().min(1).optional(),
      edit: z.string().min(1).optional(),
      lora: z.string().min(1).optional(),
    })
    .optional(),
  approvals: z.array(z.enum(gates)).default([]),
});

export type ProjectFile = z.input<typeof projectSchema>;
type Parsed = z.output<typeof projectSchema>;

export interface NamedPrompt {
  id: string;
  /** Holds the trigger word. */
  text: string;
}

/** The project with every default filled in and every prompt named: what workflows get. Holds no path. */
export interface ResolvedProject {
  azit: 1;
  name: string;
  /** The edition's family. */
  model: FamilyName;
  trigger: string;
  anchor?: { prompt?: string; consent?: string; candidates: number; seed: number };
  canonical: { candidates: number };
  /** What stages 02 to 04 take turns to edit with. Absent: the family's own. */
  views?: { editors: EditorName[] };
  dataset: Omit<z.output<typeof dataset>, 'images'>;
  training: Omit<z.output<typeof training>, 'stop'> & { stop?: 'when-locked' };
  /** `strength`: a list where several are compared, ascending. */
  sweep: { steps: number[]; seeds: number; strength: number | number[]; prompts: NamedPrompt[]; tests?: NamedPrompt[] };
  editorial: { prompts: NamedPrompt[]; images: number };
  budget?: { gpuHours: number };
  approvals: Parsed['approvals'];
}
