import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { atStrength, type Score } from '../../src/run/checkpoint-record.js';
import type { ReportData } from '../../src/run/record.js';
import { verifyReportFolder, writeReportFolder } from '../../src/report/index.js';
import { removeTemporaryFolders, temporaryFolder } from '../support/folder.js';
import { finishedRun, lacks, Pictures, shows, type FixtureOptions } from './fixture.js';

/** The same run at two strengths: at the lower one all is less like the person. */
function atTwo(data: ReportData): ReportData {
  const lower = (score: Score | null): Score | null =>
    score && { ...score, mean: score.mean - 0.2, low: score.low - 0.2, high: score.high - 0.2 };
  return {
    ...data,
    run: { ...data.run, strength: 0.8, strengths: [0.5, 0.8] },
    choice: { ...data.choice!, strength: 0.8 },
    strips: data.strips.flatMap((strip) => [
      {
        ...strip,
        strength: 0.5,
        images: strip.images.map((one) => ({ ...one, identity: (one.identity ?? 0.4) - 0.2 })),
      },
      { ...strip, strength: 0.8 },
    ]),
    checkpoints: data.checkpoints.map((checkpoint) => {
      const { step: _, lora: __, ...scores } = checkpoint;
      const strengths = [
        { ...scores, strength: 0.5, identity: lower(scores.identity) },
        { ...scores, strength: 0.8 },
      ];
      return atStrength({ ...checkpoint, strengths }, 0.8);
    }),
  };
}

interface Json {
  choice: { step: number; strength: number };
  checkpoints: { step: number; identity: Score; strengths: { strength: number; identity: Score }[] }[];
  strips: { prompt: string; strength: number; file: { path: string } }[];
  baseline: { images: unknown[] };
}

describe('the report of several strengths', function () {
  this.timeout(30_000);
  let folder: string;
  let text: string;
  let json: Json;
  const small: FixtureOptions = { prompts: ['base', 'stage'], seeds: 2, side: 64, yaws: [0, 30] };

  before(async () => {
    folder = await temporaryFolder();
    const pictures = new Pictures();
    const data = atTwo(await finishedRun(pictures, small));
    const written = await writeReportFolder({ data, read: pictures.read, directory: folder });
    text = (await readFile(written.html, 'utf8')).replace(/base64,[\w+/=]+/g, '');
    json = JSON.parse(await readFile(written.json, 'utf8')) as Json;
  });
  after(removeTemporaryFolders);

  it('is no report any more, or has strips that lie over each other', async () => {
    assert.deepEqual(await verifyReportFolder(folder), { ok: true, problems: [] });
    lacks(text, /\bNaN\b|undefined|Infinity|\[object/);
    const strips = (await readdir(folder)).filter((name) => name.startsWith('strip-'));
    assert.deepEqual(strips.toSorted(), [
      'strip-base-0.5.png',
      'strip-base-0.8.png',
      'strip-stage-0.5.png',
      'strip-stage-0.8.png',
    ]);
    assert.deepEqual((await readdir(join(folder, 'images', 'strips'))).toSorted()[0], 'base-0.5');
  });

  it('report.json loses what was measured at the other strengths, or counts the images without LoRA twice', () => {
    assert.equal(json.choice.strength, 0.8);
    assert.deepEqual(
      json.strips.map(({ prompt, strength }) => [prompt, strength]),
      [
        ['base', 0.5],
        ['base', 0.8],
        ['stage', 0.5],
        ['stage', 0.8],
      ],
    );
    const [{ identity, strengths }] = json.checkpoints;
    assert.deepEqual(
      strengths.map((at) => [at.strength, at.identity.mean]),
      [
        [0.5, identity.mean - 0.2],
        [0.8, identity.mean],
      ],
    );
    assert.equal(json.baseline.images.length, 2);
  });

  it('the page names one step and no strength, or marks a step at every strength', () => {
    shows(text, /<dt>Strength of the LoRA<\/dt>\s*<dd>0\.8<\/dd>/);
    assert.equal(text.match(/<article class="strip">/g)?.length, 2);
    assert.equal(text.match(/<p class="count">Strength 0\.[58]<\/p>/g)?.length, 4);
    const marked = [...text.matchAll(/<ol\s+class="row first"[\s\S]*?<\/ol>/g)].map(([row]) =>
      row.includes('class="chosen"'),
    );
    assert.deepEqual(marked, [false, true, false, true]);
    shows(text, /<tr class="chosen">\s*<th scope="row">2400 · chosen<\/th>\s*<td>0\.8<\/td>/);
    assert.equal(text.match(/<th scope="row">2400( · chosen)?<\/th>\s*<td>0\.[58]<\/td>/g)?.length, 4);
    shows(text, /Step 2400 at strength 0\.8/);
    shows(text, /thin lines: the other strengths/);
  });
});
