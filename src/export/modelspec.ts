import type { Family } from '../project/families/family.js';
import type { ReportData } from '../run/record.js';
import { base64DataUri } from './preview.js';

/** https://github.com/Stability-AI/ModelSpec */
const specVersion = '1.0.1';

export interface ModelSpecInput {
  data: ReportData;
  family: Family;
  step: number;
  /** sha256 of the tensors alone. */
  tensorsSha256: string;
  thumbnail: Buffer | null;
}

/** What LoRA managers and UIs show of a file. Nothing of the moment of writing: the same run gives the same bytes. */
export function modelSpecOf({ data, family, step, tensorsSha256, thumbnail }: ModelSpecInput): Record<string, string> {
  const { name, trigger } = data.run;
  const { licence, size } = family;
  // Of several, the chosen one.
  const { strength } = data.choice ?? {};
  const known = {
    sai_model_spec: specVersion,
    architecture: `${family.architecture}/lora`,
    implementation: family.repository === null ? 'azit' : 'diffusers',
    title: titleOf(name, step),
    description: `A LoRA for ${trigger}, trained for ${step} steps on ${family.repository ?? family.name}.`,
    date: savedAt(data, step),
    hash_sha256: `0x${tensorsSha256}`,
    license: `${licence.name} (of the base model): ${licence.url}`,
    usage_hint: `Trigger word: ${trigger}${strength === undefined ? '' : `; strength: ${strength}`}`,
    tags: 'Person',
    resolution: `${size.width}x${size.height}`,
    trigger_phrase: trigger,
    ...(thumbnail ? { thumbnail: base64DataUri(thumbnail) } : {}),
  };
  return Object.fromEntries(Object.entries(known).map(([key, value]) => [`modelspec.${key}`, value]));
}

export const titleOf = (name: string, step: number): string => `${name} ${step}`;

/** When the checkpoint was saved, as the run noted it. */
function savedAt({ timeline, run }: ReportData, step: number): string {
  const noted = timeline.find(({ kind, text }) => kind === 'checkpoint' && text === `checkpoint ${step} saved`);
  return noted?.at ?? run.startedAt;
}
