import { captionOf, viewsOf } from '../dataset/index.js';
import type { Family } from '../project/families/family.js';
import type { LoadedProject } from '../project/load.js';
import type { PieceTokenizer } from './tokenizer.js';
import type { TrainingFacts } from './training-facts.js';

/** What the trainer will read beside the images: the own captions, or those that AZIT will write. */
export function captionsOf({ project, contents }: LoadedProject, family: Family): string[] {
  const { trigger, dataset } = project;
  if (contents.datasetImages) return contents.datasetImages.map(({ caption }) => withTrigger(caption ?? '', trigger));
  const { first, second } = viewsOf(dataset);
  return [...first, ...second].map((view) => captionOf(trigger, view, family));
}

/** ai-toolkit puts the trigger before a caption that lacks it. */
const withTrigger = (caption: string, trigger: string): string =>
  caption.includes(trigger) ? caption : `${trigger} ${caption}`;

export interface CaptionBudget {
  state: 'ok' | 'warning' | 'unchecked';
  text: string;
}

/** @param tokenizer null: this machine lacks it, and only what is short by any count is known to fit */
export function captionBudget(
  captions: readonly string[],
  { vocabulary, limit, reserved, source }: TrainingFacts['caption'],
  tokenizer: PieceTokenizer | null,
): CaptionBudget {
  const budget = limit - reserved;
  const where = `${limit} tokens of ${vocabulary} are read, ${reserved} of them the encoder's own (${source})`;
  // No piece is shorter than a byte.
  const most = Math.max(0, ...captions.map((caption) => Buffer.byteLength(caption) + 1));
  if (most <= budget) return { state: 'ok', text: `all ${captions.length} fit: at most ${most} characters; ${where}` };
  if (!tokenizer)
    return { state: 'unchecked', text: `not counted: this machine has no ${vocabulary} tokenizer; ${where}` };
  const counts = captions.map((caption) => tokenizer.piecesOf(caption).length);
  const over = counts.filter((count) => count > budget).length;
  const longest = `the longest has ${Math.max(0, ...counts)}`;
  if (over === 0) return { state: 'ok', text: `all ${captions.length} fit, ${longest}; ${where}` };
  return {
    state: 'warning',
    text: `${over} of ${captions.length} are cut off at their end, ${longest}: shorten them; ${where}`,
  };
}
