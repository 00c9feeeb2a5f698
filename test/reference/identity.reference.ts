import assert from 'node:assert/strict';
import { execa } from 'execa';
import sharp from 'sharp';
import { applySimilarity, arcFaceTemplate, fitSimilarity, type Point } from '../../src/identity/alignment.js';
import { cosine, createFaceEngine, ensureModels } from '../../src/identity/index.js';
import { picturesAt } from '../../src/identity/picture-files.js';
import { head } from '../identity/heads.js';
import { removeTemporaryFolders, temporaryFolder } from '../support/folder.js';
import { referenceProgram, referencePython } from './python.js';

interface ReferenceFace {
  path: string;
  landmarks?: Point[];
  matrix?: number[][];
  embedding?: number[];
}

const mostCosine = 0.01;
const leastShare = 0.99;
const mostPixels = 0.5;

/**
 * Opt-in (`npm run test:reference`): needs python3 and PyPI. Real photos are measured too where AZIT_REFERENCE_PHOTOS
 * names a folder of them. Pictures with a colour profile other than sRGB are left out: OpenCV ignores profiles.
 */
describe('the reference implementation in Python', function () {
  this.timeout(15 * 60_000);
  after(removeTemporaryFolders);

  it('the same weights give the same alignment and the same similarities', async () => {
    const paths = await pictures();
    const modelsDir = await ensureModels();
    const { stdout } = await execa(await referencePython(), [referenceProgram, modelsDir, ...paths]);
    const references = stdout.split('\n').map((line) => JSON.parse(line) as ReferenceFace);
    const engine = await createFaceEngine({ modelsDir });
    const pairs: { own: Float32Array; reference: Float32Array }[] = [];
    for (const { path, landmarks, matrix, embedding } of references) {
      const { chosen } = await engine.measure(path);
      assert.equal(chosen !== null, embedding !== undefined, `${path}: only one of the two finds a face`);
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
    console.log(
      `      ${pairs.length} pictures, ${apart.length} pairs, ${(near * 100).toFixed(2)} % within ${mostCosine}`,
    );
    console.log(`      furthest apart: ${Math.max(...apart).toFixed(4)}`);
    assert.ok(pairs.length > 20 && near >= leastShare, `only ${(near * 100).toFixed(1)} % of pairs agree`);
  });
});

async function pictures(): Promise<string[]> {
  const files: Record<string, Buffer> = {};
  for (const seed of [1, 3, 5, 8])
    for (const view of ['front view', 'yaw 20', 'yaw -35', 'smiling', 'pitch 10']) {
      const png = await head(seed, view);
      files[`${seed} ${view}.png`] = png;
      files[`${seed} ${view}.jpg`] = await sharp(png)
        .resize(900, 1100, { fit: 'cover' })
        .jpeg({ quality: 92 })
        .toBuffer();
    }
  const drawn = await picturesAt([await temporaryFolder(files)]);
  const folder = process.env.AZIT_REFERENCE_PHOTOS;
  if (!folder) return drawn;
  const photos: string[] = [];
  for (const path of await picturesAt([folder])) if (await comparable(path)) photos.push(path);
  return [...drawn, ...photos];
}

async function comparable(path: string): Promise<boolean> {
  const header = await sharp(path)
    .metadata()
    .catch(() => null);
  if (!header || Math.max(header.width, header.height) > 6100) return false;
  return !header.icc || /sRGB|s\0R\0G\0B/.test(header.icc.toString('latin1'));
}
