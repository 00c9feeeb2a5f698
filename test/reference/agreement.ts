import assert from 'node:assert/strict';
import { fitSimilarity } from '../../src/faces/engine/alignment.js';
import { applySimilarity } from '../support/similarity.js';
import { type Embedder, arcFaceTemplate, type Point } from '../../src/faces/models/embedder.js';
import { cosine, createFaceEngine, ensureModels } from '../../src/faces/index.js';

/** What a reference program says of one picture. */
export interface ReferenceFace {
  path: string;
  landmarks?: Point[];
  /** 2 x 3, from the picture to the aligned face. */
  matrix?: number[][];
  embedding?: number[];
}

const mostCosine = 0.01;
const leastShare = 0.99;
const mostPixels = 0.5;
const leastPictures = 20;

/** Fails where AZIT aligns a face elsewhere than the reference, or finds other similarities. */
export async function compare(references: readonly ReferenceFace[], embedder?: Embedder): Promise<void> {
  const engine = await createFaceEngine({ modelsDir: await ensureModels(), embedder });
  const pairs: { own: Float32Array; reference: Float32Array }[] = [];
  for (const { path, landmarks, matrix, embedding } of references) {
    const { chosen } = await engine.measure(path);
    // AZIT looks a second time where it finds none; the reference must not find one where AZIT does not.
    assert.ok(chosen !== null || embedding === undefined, `${path}: only the reference finds a face`);
    if (!chosen || !landmarks || !matrix || !embedding) continue;
    const own = fitSimilarity(chosen.landmarks5, arcFaceTemplate);
    for (const [x, y] of landmarks) {
      const [u, v] = applySimilarity(own, [x, y]);
      const [p, q] = matrix.map(([a, b, shift]) => a * x + b * y + shift);
      const apart = Math.hypot(u - p, v - q);
      assert.ok(apart <= mostPixels, `${path}: aligned ${apart.toFixed(2)} px apart`);
    }
    pairs.push({ own: chosen.embedding, reference: Float32Array.from(embedding) });
  }
  const apart = pairs.flatMap((a, at) =>
    pairs.slice(0, at).map((b) => Math.abs(cosine(a.own, b.own) - cosine(a.reference, b.reference))),
  );
  const near = apart.filter((difference) => difference <= mostCosine).length / apart.length;
  console.log(`      ${pairs.length} images, ${apart.length} pairs, ${(near * 100).toFixed(2)}% within ${mostCosine}`);
  console.log(`      furthest apart: ${Math.max(...apart).toFixed(4)}`);
  assert.ok(pairs.length >= leastPictures && near >= leastShare, `only ${(near * 100).toFixed(1)}% of pairs agree`);
}
