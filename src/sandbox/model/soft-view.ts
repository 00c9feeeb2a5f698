import type { Scene } from '../head/scene.js';
import { rendererOf, shrink } from './picture.js';
import type { Picture } from './types.js';

/**
 * Drawing and seeing out of focus. An edge one pixel wide answers only to moves of less than a pixel; blurred, it
 * pulls from further away, and differences of drawings mean something over larger steps.
 */
export class SoftView {
  private readonly between: Float32Array;

  /**
   * `passes` of a 1-2-1 filter each way: a blur of about 0.7 x sqrt(passes) pixels. `detail` of the surfaces: 1 is all
   * that the renderer has, less draws sooner; the renderer's own choice where none is given.
   */
  constructor(
    readonly width: number,
    readonly height: number,
    private readonly passes: number,
    private readonly detail?: number,
  ) {
    this.between = new Float32Array(width * height * 3);
  }

  render(scene: Scene, target: Float32Array): void {
    rendererOf(this.width, this.height, this.detail).render(scene, target);
    this.blur(target);
  }

  see(picture: Picture): Float32Array {
    const out = shrink(picture, this.width, this.height);
    this.blur(out);
    return out;
  }

  private blur(values: Float32Array): void {
    const { width, height, between } = this;
    const row = width * 3;
    for (let pass = 0; pass < this.passes; pass++) {
      for (let y = 0; y < height; y++) smooth(values, between, y * row, row, 3);
      for (let x = 0; x < row; x++) smooth(between, values, x, height * row, row);
    }
  }
}

/** 1-2-1 along a line of `stride`-spaced values; ends repeat. With stride 3 all three colours go in one sweep. */
function smooth(from: Float32Array, to: Float32Array, start: number, length: number, stride: number): void {
  const lanes = stride === 3 ? 3 : 1;
  const end = start + length;
  for (let lane = 0; lane < lanes; lane++) {
    let before = from[start + lane];
    for (let k = start + lane; k < end; k += stride) {
      const here = from[k];
      const after = k + stride < end ? from[k + stride] : here;
      to[k] = 0.25 * before + 0.5 * here + 0.25 * after;
      before = here;
    }
  }
}
