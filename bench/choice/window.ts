import { decide } from '../../src/choice/choice.js';
import type { ChoiceInput } from '../../src/choice/verdict.js';

/** What a sweep of the later steps alone says beside the whole one, of the same images. */
export interface Narrowed {
  /** The whole sweep names a step that is in the narrow one, and the narrow one names another. */
  differs: boolean | null;
  /** The narrow one names what the whole one rules out. */
  namesRuledOut: boolean;
}

/** @param from how many early checkpoints are not swept; the first of them is the anchor of the guards, or none is */
export function narrowed({ checkpoints, baseline }: ChoiceInput, from: number, hasAnchor = true): Narrowed {
  const whole = decide(checkpoints, { baseline });
  const guardAnchor = hasAnchor ? checkpoints[0] : null;
  const narrow = decide(checkpoints.slice(from), { baseline, guardAnchor });
  const [ofWhole, ofNarrow] = [namedBy(whole), namedBy(narrow)];
  const named = ofNarrow === null ? null : ofNarrow + from;
  return {
    differs: ofWhole === null || ofWhole < from ? null : named !== ofWhole,
    namesRuledOut: named !== null && whole.failures[named] !== null,
  };
}

const namedBy = ({ chosen, asGoodAsAny }: ReturnType<typeof decide>): number | null => chosen ?? asGoodAsAny;
