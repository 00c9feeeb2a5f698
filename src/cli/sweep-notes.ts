import type { ResolvedProject } from '../project/schema.js';

/** What a sweep can't tell, whatever its pictures show: to know before hours of training. */
export function sweepNotes({ steps, seeds, strength, prompts }: ResolvedProject['sweep']): string[] {
  const pictures = prompts.length * seeds;
  const some = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
  return [
    ...(pictures < 2
      ? [
          'Warning: this sweep can never choose a checkpoint: one prompt and one seed give one image per checkpoint, ' +
            'and the rule needs at least two. Set sweep.seeds to 3, or add sweep.prompts.',
        ]
      : []),
    ...(strength === 0
      ? [
          'Warning: this sweep can never choose a checkpoint: sweep.strength 0 renders every checkpoint as if there were ' +
            'no LoRA. Remove sweep.strength (default: 1).',
        ]
      : []),
    ...(steps.length === 1
      ? [
          `Only the checkpoint of step ${steps[0]} is swept: it is compared with no LoRA on ${some(pictures, 'image')}, ` +
            'and with no other checkpoint. Add steps to sweep.steps to have a choice.',
        ]
      : []),
  ];
}
