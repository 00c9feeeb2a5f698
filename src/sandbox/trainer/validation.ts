import { existsSync } from 'node:fs';
import type { Lesson } from '../model/lesson.js';
import type { LoraTraining } from '../model/training.js';
import type { TrainerConfig } from './config.js';
import { decode } from './dataset.js';

/** Pictures that are not trained on, ready to be measured; as in ai-toolkit one that is not there is left out. */
export class Validation {
  private constructor(
    private readonly every: number,
    private readonly lessons: Lesson[],
  ) {}

  /** @returns null where none is asked for, or no picture of it is there. */
  static async load(
    { validation, trigger }: TrainerConfig,
    training: LoraTraining,
    print: (line: string) => void,
  ): Promise<Validation | null> {
    if (!validation) return null;
    const items = validation.items.filter(({ imagePath }) => {
      if (!existsSync(imagePath)) print(`Skipping validation item, image not found: ${imagePath}`);
      return existsSync(imagePath);
    });
    if (items.length === 0) {
      print('Validation config has no valid validation_items, skipping validation');
      return null;
    }
    print(`Caching validation latents and embeddings for ${items.length} images`);
    const lessons: Lesson[] = [];
    for (const { imagePath, prompt } of items) {
      const caption = trigger ? prompt.replaceAll('[trigger]', trigger).replaceAll('[name]', trigger) : prompt;
      lessons.push(training.lessonOf({ caption, picture: await decode(imagePath, validation.resolution) }));
    }
    return new Validation(validation.every, lessons);
  }

  /** The loss with the weights as they are; null at a step where it is not due. */
  measure(step: number, startStep: number, training: LoraTraining): number | null {
    const isDue = step === startStep || (this.every > 0 && step % this.every === 0);
    return isDue ? training.lossOn(this.lessons) : null;
  }
}
