import type { ReportData, Strip } from '../../src/run/record.js';
import type { AskedPart, Generalisation, SweepPicture } from '../../src/run/checkpoint-record.js';
import type { Pictures } from './fixture.js';

const asked: AskedPart[] = [
  { part: 'faces', asked: 'one face', found: '1 face', met: true },
  { part: 'pose', asked: 'front view', found: 'yaw 31', met: false },
  { part: 'expression', asked: 'neutral', found: 'neutral', met: true },
  { part: 'framing', asked: 'close-up', found: 'close-up', met: true },
];

/** Adds to a run what its sweep measured beyond identity, no LoRA included. */
export function generalised(data: ReportData, pictures: Pictures): void {
  const training = data.stages[2].outputs[0].image;
  const rowOf = (prompt: string, one: Strip['images'][number] | NonNullable<Strip['baseline']>, nearer: number) => ({
    prompt,
    seed: one.seed,
    image: one.image,
    identity: one.identity,
    nearestTraining: { image: training, similarity: Math.min(1, (one.identity ?? 0.2) + nearer), nearCopy: false },
    asked,
    clip: 0.271,
    crossCheck: { identity: 0.4, agrees: true },
  });
  const setOf = (rows: SweepPicture[], name: string): Generalisation => ({
    nearCopies: 0,
    diversity: { seeds: 0.062, prompts: 0.143 },
    adherence: Object.fromEntries(
      asked.map(({ part, met }) => [part, { met: met ? rows.length : 0, asked: rows.length }]),
    ),
    clip: 0.271,
    crossCheck: { embedder: 'yunet+sface', identity: 0.4, disagree: 1, of: rows.length },
    table: pictures.put(Buffer.from(JSON.stringify(rows)), `${name}.json`, 'application/json'),
  });
  for (const checkpoint of data.checkpoints) {
    const rows = data.strips.flatMap(({ prompt, images }) =>
      images
        .filter(({ step }) => step === checkpoint.step)
        .map((one) => rowOf(prompt, one, checkpoint.memorisation ?? 0)),
    );
    checkpoint.generalisation = setOf(rows, `scores-${checkpoint.step}`);
    const bin = { mean: 0.71, low: 0.66, high: 0.76, n: 4, noFace: 0 };
    checkpoint.perPose = { frontal: bin, 'three-quarter': bin, profile: { ...bin, n: 0, noFace: 2 } };
  }
  const without = data.strips.flatMap(({ prompt, baseline }) => (baseline ? [rowOf(prompt, baseline, 0.024)] : []));
  data.baselineGeneralisation = setOf(without, 'scores-none');
}
