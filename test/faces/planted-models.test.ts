import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { openClip } from '../../src/faces/clip/clip.js';
import { openEmbedder } from '../../src/faces/engine/open-embedder.js';
import { removeTemporaryFolders, temporaryFolder } from '../support/folder.js';
import { side, writeClip, writeMeanColour, writeScrfd, writeYuNet } from './planted.js';

const colour = { r: 200, g: 100, b: 50 };
const picture = (width: number, height: number, background = colour) =>
  sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toBuffer();

/** In the detector's square; the picture is ten times as large. */
const face = {
  box: [20, 10, 52, 46],
  points: [
    [28, 22],
    [44, 22],
    [36, 30],
    [30, 38],
    [42, 38],
  ],
};
const tenfold = (values: readonly number[]) => values.map((value) => value * 10);
const unit = (values: number[]) => values.map((value) => value / Math.hypot(...values));

function near(found: ArrayLike<number>, expected: readonly number[], tolerance = 1e-3): void {
  assert.equal(found.length, expected.length);
  expected.forEach((value, at) => assert.ok(Math.abs(found[at] - value) < tolerance, `${Array.from(found)}`));
}

describe('identity: planted models', () => {
  after(removeTemporaryFolders);

  for (const [kind, write] of [
    ['scrfd', writeScrfd],
    ['yunet', writeYuNet],
  ] as const)
    it(`a face that ${kind} answers is found where it is, and embedded in the model's own colours`, async () => {
      const folder = await temporaryFolder();
      await write(join(folder, 'detector.onnx'), face);
      await writeMeanColour(join(folder, 'embedder.onnx'));
      await writeFile(
        join(folder, 'planted.yaml'),
        `name: planted\nfile: embedder.onnx\ndetector: {kind: ${kind}, file: detector.onnx}\n` +
          'mean: [100, 110, 120]\nstd: [50, 60, 70]\nchannels: bgr\nthreshold: 0.3\nlicence: {name: MIT, commercial: true}\n',
      );
      const { engine } = await openEmbedder(join(folder, 'planted.yaml'));
      const pictures = await Promise.all([1, 2, 3].map(() => picture(side * 10, side * 7.5)));
      for (const { faces, chosen } of await Promise.all(pictures.map((one) => engine.measure(one)))) {
        assert.equal(faces, 1);
        near(chosen!.box, tenfold(face.box), 0.01);
        near(chosen!.landmarks5.flat(), tenfold(face.points.flat()), 0.01);
        near(chosen!.embedding, unit([(50 - 100) / 50, (100 - 110) / 60, (200 - 120) / 70]));
      }
    });

  it("CLIP compares the prompt's tokens, without its padding, with the image's colours", async () => {
    const folder = await temporaryFolder();
    const vocab = {
      '<|startoftext|>': 0,
      '<|endoftext|>': 1,
      'r</w>': 2,
      'b</w>': 3,
      'grey</w>': 4,
      gr: 5,
      'ey</w>': 6,
    };
    const merges = ['e y</w>', 'g r', 'gr ey</w>'];
    await writeFile(
      join(folder, 'tokenizer.json'),
      JSON.stringify({ model: { vocab: { ...vocab, g: 7, e: 8 }, merges } }),
    );
    // The end token counts once; as padding it would drown the words.
    const vectors = [[0, 0, 0], [0, 0.1, 0], [1, 0, 0], [0, 0, 1], [1, 1, 1], ...Array<number[]>(4).fill([0, -9, 0])];
    await writeClip(join(folder, 'model.onnx'), vectors);
    const similarity = await openClip(folder);
    const red = await picture(40, 30, { r: 255, g: 0, b: 0 });
    const planes = [
      [255, 0.48145466, 0.26862954],
      [0, 0.4578275, 0.26130258],
      [0, 0.40821073, 0.27577711],
    ];
    const image = unit(planes.map(([value, mean, deviation]) => (value / 255 - mean) / deviation));
    for (const [prompt, text] of [
      ['R', [1, 0.1, 0]],
      ['b', [0, 0.1, 1]],
      ['  Grey r ', [2, 1.1, 1]],
    ] as const) {
      const expected = unit([...text]).reduce((sum, value, at) => sum + value * image[at], 0);
      assert.ok(Math.abs((await similarity(prompt, red)) - expected) < 1e-3, prompt);
    }
  });
});
