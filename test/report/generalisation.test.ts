import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ReportData } from '../../src/run/record.js';
import type { AskedPart, Generalisation, SweepPicture } from '../../src/run/checkpoint-record.js';
import { verifyReportFolder, writeReportFolder } from '../../src/report/index.js';
import { finishedRun, lacks, Pictures, shows } from './fixture.js';

const asked: AskedPart[] = [
  { part: 'faces', asked: 'one face', found: '1 face', met: true },
  { part: 'pose', asked: 'front view', found: 'yaw 31', met: false },
];

describe('report: generalisation', () => {
  let root: string;
  before(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'azit-generalisation-'));
  });
  after(() => rm(root, { recursive: true, force: true }));

  async function written(name: string, nearCopies: number, change: (data: ReportData) => void = () => {}) {
    const pictures = new Pictures();
    const data = await finishedRun(pictures, {
      steps: [100, 200],
      prompts: ['base'],
      seeds: 2,
      side: 64,
      yaws: [0, 30],
    });
    const training = data.stages[2].outputs[0].image;
    for (const [at, checkpoint] of data.checkpoints.entries()) {
      const rows: SweepPicture[] = data.strips[0].images
        .filter(({ step }) => step === checkpoint.step)
        .map(({ seed, image, identity }, index) => ({
          prompt: 'base',
          seed,
          image,
          identity,
          nearestTraining: { image: training, similarity: 0.91, nearCopy: at === 1 && index < nearCopies },
          asked,
          clip: 0.271,
          crossCheck: { identity: 0.4, agrees: index > 0 },
        }));
      const table = pictures.put(
        Buffer.from(JSON.stringify(rows)),
        `scores-${checkpoint.step}.json`,
        'application/json',
      );
      checkpoint.generalisation = set(at === 1 ? nearCopies : 0, table);
      checkpoint.perPose = { frontal: { mean: 0.71, low: 0.66, high: 0.76, n: 2, noFace: 0 } };
    }
    change(data);
    const report = await writeReportFolder({ data, read: pictures.read, directory: path.join(root, name) });
    assert.deepEqual(await verifyReportFolder(path.dirname(report.json)), { ok: true, problems: [] });
    return { page: await readFile(report.html, 'utf8'), json: JSON.parse(await readFile(report.json, 'utf8')) as Json };
  }

  const set = (nearCopies: number, table: Generalisation['table']): Generalisation => ({
    nearCopies,
    diversity: { seeds: 0.062, prompts: null },
    adherence: { faces: { met: 2, asked: 2 }, pose: { met: 0, asked: 2 } },
    clip: 0.271,
    crossCheck: { embedder: 'yunet+sface', identity: 0.4, disagree: 1, of: 2 },
    table,
  });

  it('a near-copy is not counted, or not shown beside its original', async () => {
    const { page, json } = await written('copies', 2);
    shows(page, /2 near-copies of training images/);
    assert.equal(page.match(/>training image</g)?.length, 2);
    const [copied] = json.checkpoints[1].pictures;
    assert.equal(copied.nearestTraining.nearCopy, true);
    assert.match(copied.nearestTraining.path, /^images\/03-views-i\//);
  });

  it('without a near-copy the nearest pair of the shipped checkpoint is not shown, or called a copy', async () => {
    const { page } = await written('none', 0);
    shows(page, /No near-copies\. The renders closest/);
    lacks(page, /near-copies of training images/);
  });

  it('diversity, adherence, CLIP, poses and the second embedder are missing from page or data', async () => {
    const { page, json } = await written('all', 0);
    for (const words of [/6\.2%/, /0 \/ 2/, /0\.271/, /yunet\+sface disagrees/, /1 of 2/, /frontal/])
      shows(page, words);
    assert.equal(json.checkpoints[0].generalisation.adherence.pose.asked, 2);
    assert.equal('table' in json.checkpoints[0].generalisation, false);
    shows(page, /Trade-off of identity and generalisation/);
  });

  it('the sentences why this one and not its neighbours are missing, or not escaped', async () => {
    const { page } = await written('explained', 0, ({ choice }) => {
      choice!.explanation = ['Step 100, the one before, is <behind>.'];
    });
    shows(page, /Step 100, the one before, is &lt;behind&gt;\./);
  });

  it('a run of an earlier version, which measured none of it, shows an empty section', async () => {
    const { page } = await written('earlier', 0, (data) => {
      for (const checkpoint of data.checkpoints) delete checkpoint.generalisation;
    });
    lacks(page, /id="generalisation"/);
  });
});

interface Json {
  checkpoints: {
    pictures: { nearestTraining: { path: string; nearCopy: boolean } }[];
    generalisation: { adherence: Record<string, { asked: number }> };
  }[];
}
