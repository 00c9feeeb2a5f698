import type { RenderBatchResult, RenderedItem, Unapplied } from '../run/contracts.js';
import type { Family } from '../project/families/family.js';
import type { FailureType } from '../run/failures.js';
import { keyAtAnyStrength, sweepItems, type PromptGrid } from '../run/sweep-items.js';

/** Of a batch of renders what tells it from the same without the LoRA. */
export interface Looks extends Pick<RenderBatchResult, 'unapplied' | 'perhapsUnapplied'> {
  items: Pick<RenderedItem, 'key' | 'pixelsSha256' | 'isBlack'>[];
}

/** Of a grid, whose pictures stay in the store. Those of every strength are held against the same without LoRA. */
export function looksOf({ table, items, unapplied, perhapsUnapplied }: RenderBatchResult, grid: PromptGrid): Looks {
  if (!table) return { items, unapplied, perhapsUnapplied };
  const looks = table.looks.split(' ');
  const shown = sweepItems(grid).map(({ key: itemKey }, index) => {
    const key = keyAtAnyStrength(itemKey);
    const [, pixels, black] = /^([0-9a-f]*)(!?)/.exec(looks[index] ?? '') ?? [];
    return { key, ...(pixels ? { pixelsSha256: pixels } : {}), ...(black ? { isBlack: true as const } : {}) };
  });
  return { items: shown, unapplied, perhapsUnapplied };
}

export interface LoraFault {
  type: FailureType;
  message: string;
}

/**
 * What is wrong with a checkpoint, seen beside the same prompts and seeds without it (or some of them). ComfyUI calls a render with a LoRA
 * that does not fit, or fits in part, a success: its log may tell, the pixels must. Pictures of older records, which have
 * no hash of their pixels, are passed over. Of a family whose LoRA is rendered by another model than it is trained on,
 * both are named: loading the base that it was trained on would cure nothing.
 */
export function loraFault(
  step: number,
  batch: Looks,
  control: Looks,
  family?: Pick<Family, 'repository' | 'renderer' | 'comfyui'>,
): LoraFault | null {
  const controls = new Map(control.items.map((item) => [item.key, item]));
  const black = batch.items.find(({ key, isBlack }) => isBlack && controls.has(key) && !controls.get(key)?.isBlack);
  if (black) {
    const message = `Image ${black.key} is black only with the LoRA of step ${step}.`;
    return { type: 'lora-broken', message };
  }
  const { unapplied, perhapsUnapplied } = batch;
  const named = unapplied && keyWords(unapplied);
  const compared = batch.items.filter(({ key, pixelsSha256 }) => pixelsSha256 && controls.get(key)?.pixelsSha256);
  const equal = compared.filter(({ key, pixelsSha256 }) => controls.get(key)?.pixelsSha256 === pixelsSha256);
  if (equal.length > 0 && equal.length === compared.length) {
    const lost = unapplied ?? perhapsUnapplied;
    const log = lost ? ` The server skipped ${keyWords(lost)}.` : " The server's log does not say why.";
    const message = `The LoRA of step ${step} changes nothing: all ${equal.length} images equal those without it.${log}${basesWords(family)}`;
    return { type: 'lora-has-no-effect', message };
  }
  if (!named) return null;
  return {
    type: 'lora-partly-applied',
    message: `The LoRA of step ${step} is only partly applied: the server skipped ${named}.${basesWords(family)}`,
  };
}

const basesWords = (family: Parameters<typeof loraFault>[3]): string =>
  family?.renderer
    ? ` It was trained on ${family.repository} and is to be rendered by ${family.renderer.repository}: check that the server loads that model, and that it is ComfyUI ${family.comfyui} or later.`
    : '';

const keyWords = ({ count, first }: Unapplied): string =>
  `${count} ${count === 1 ? 'key' : 'keys'}: ${first.join('; ')}${count > first.length ? '; ...' : ''}`;
