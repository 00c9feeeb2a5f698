import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import sharp from 'sharp';
import type { ArtifactRef } from '../../src/run/ref.js';
import type { Measured, Picture, RejectedPicture, ReportData, Strip } from '../../src/run/record.js';
import type { Score } from '../../src/run/checkpoint-record.js';
import { stageIds } from '../../src/project/names.js';

/** An artifact store in memory, and pictures drawn into it: a round face that turns, on a ground of its own colour. */
export class Pictures {
  readonly bytes = new Map<string, Buffer>();
  reads = 0;

  put(bytes: Buffer, name: string, mediaType: string): ArtifactRef {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    this.bytes.set(sha256, bytes);
    return { sha256, bytes: bytes.length, mediaType, name };
  }

  async face(name: string, hue: number, yaw = 0, side = 128): Promise<ArtifactRef> {
    const x = 50 + yaw / 4;
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" width="${side}" height="${side}">
      <rect width="100" height="100" fill="hsl(${hue % 360} 34% 62%)"/><path d="M8 100q42-40 84 0" fill="hsl(${(hue + 160) % 360} 30% 28%)"/>
      <ellipse cx="50" cy="42" rx="29" ry="35" fill="#231a17"/><ellipse cx="${x}" cy="48" rx="21" ry="27" fill="hsl(${18 + (hue % 9)} 52% 74%)"/>
      <circle cx="${x - 8}" cy="46" r="2.4"/><circle cx="${x + 8}" cy="46" r="2.4"/><path d="M${x - 6} 61q6 ${3 + (hue % 5)} 12 0" stroke="#a4443f" stroke-width="2" fill="none"/></svg>`;
    return this.put(await sharp(Buffer.from(svg)).png().toBuffer(), name, 'image/png');
  }

  read = async (ref: ArtifactRef): Promise<Buffer> => {
    this.reads++;
    const bytes = this.bytes.get(ref.sha256);
    if (!bytes) throw new Error(`No artifact ${ref.name}.`);
    return bytes;
  };
}

export interface FixtureOptions {
  steps?: number[];
  prompts?: string[];
  seeds?: number;
  side?: number;
  yaws?: number[];
}

/** As assert.match, but a page of a megabyte is not printed when it fails. */
export const shows = (page: string, what: RegExp): void => assert.ok(what.test(page), `the page does not show ${what}`);
export const lacks = (page: string, what: RegExp): void => assert.ok(!what.test(page), `the page holds ${what}`);

const start = Date.parse('2026-11-24T10:00:00.000Z');
export const at = (seconds: number): string => new Date(start + seconds * 1000).toISOString();

const measured = (side: number, identity: number | null, yaw = 0, pitch = 0): Measured => ({
  width: side,
  height: side,
  faces: identity === null ? 0 : 1,
  box: identity === null ? null : [side * 0.3, side * 0.2, side * 0.7, side * 0.75],
  pose: identity === null ? null : { yaw: yaw + 1.7, pitch: pitch - 0.8, roll: 0.2 },
  sharpness: identity === null ? null : 240 + Math.abs(yaw),
  identity,
  nearestTraining: null,
});

const score = (mean: number, n = 12, noFace = 0): Score => ({ mean, low: mean - 0.035, high: mean + 0.035, n, noFace });

/** Rises, then falls a little. */
export const identityAt = (step: number, steps: number[]): number => {
  const part = (steps.indexOf(step) + 1) / steps.length;
  return 0.22 + 0.55 * Math.sin(Math.min(1, part * 1.25) * 1.57) - 0.09 * part ** 3;
};

/** A finished run with everything in it. */
export async function finishedRun(pictures: Pictures, options: FixtureOptions = {}): Promise<ReportData> {
  const { steps = [2200, 2400, 2600, 2800, 3000], prompts = ['base', 'stage', 'editorial-i', 'editorial-ii'] } =
    options;
  const { seeds = 3, side = 128, yaws = [-60, -30, 0, 30, 60] } = options;
  const picture = async (
    name: string,
    hue: number,
    more: Partial<Picture> = {},
    yaw = 0,
    identity: number | null = 0.71,
  ): Promise<Picture> => ({
    image: await pictures.face(name, hue, yaw, side),
    seed: hue,
    prompt: 'portrait of a woman, 22 years old, soft light',
    promptId: null,
    graphSha256: null,
    measured: measured(side, identity, yaw),
    ...more,
  });
  const rejected = async (name: string, hue: number, reason: string): Promise<RejectedPicture> => ({
    ...(await picture(name, hue, {}, 20, 0.31)),
    reason,
  });

  const anchors = [];
  for (let n = 0; n < 4; n++) anchors.push(await picture(`anchor-${n}.png`, 7 + n * 40));
  const canonicals = [await picture('canonical-0.png', 400), await picture('canonical-1.png', 441)];
  const views = async (pitch: number, distance: string): Promise<Picture[]> => {
    const made = [];
    for (const yaw of yaws) {
      const caption = `yaw ${yaw}, pitch ${pitch}, ${distance}, neutral expression`;
      made.push(
        await picture(`yaw-${yaw}-pitch-${pitch}.png`, 500 + yaw + pitch * 3, { caption, heldOut: yaw === 30 }, yaw),
      );
    }
    return made;
  };
  const viewsI = [...(await views(-15, 'close-up')), ...(await views(0, 'close-up')), ...(await views(15, 'close-up'))];
  const viewsII = [...(await views(5, 'bust shot')), ...(await views(-5, 'half body shot'))];

  const strips: Strip[] = [];
  for (const [index, prompt] of prompts.entries()) {
    const images: Strip['images'] = [];
    for (let seed = 1; seed <= seeds; seed++) {
      for (const step of steps) {
        const image = await pictures.face(
          `${prompt}-${step}-${seed}.png`,
          1000 + index * 90 + step / 20 + seed * 3,
          seed * 4,
          side,
        );
        images.push({
          step,
          seed,
          image,
          identity: seed === 2 && step === steps[0] ? null : identityAt(step, steps) + 0.01 * index,
        });
      }
    }
    const image = await pictures.face(`${prompt}-none.png`, 2000 + index * 50, 0, side);
    strips.push({
      prompt,
      text: `portrait of mnaz, ${prompt} light, plain background`,
      images,
      baseline: { seed: 1, image, identity: 0.19 },
    });
  }
  const editorial = [];
  for (let n = 0; n < 4; n++)
    editorial.push(
      await picture(`editorial-${n}.png`, 3000 + n * 37, {
        promptId: 'neon-street',
        prompt: 'K-Pop editorial of mnaz, leather jacket, neon light',
      }),
    );
  const graph = pictures.put(Buffer.from(JSON.stringify(exampleGraph)), 'text-to-image-lora.json', 'application/json');
  const chosen = steps[Math.min(1, steps.length - 1)];

  const outputs = [anchors, canonicals, viewsI, viewsII, [], editorial];
  const rejects = [
    [await rejected('anchor-4.png', 300, 'Turned by 24° where at most 12° is frontal.')],
    [await rejected('canonical-2.png', 310, 'Smiling: the mouth is open.')],
    [await rejected('yaw-60-again.png', 320, 'Asked for yaw 60°, found 21°.')],
    [],
    [],
    [],
  ];
  return {
    azit: 1,
    run: {
      id: 'mina',
      workflowId: 'azit-mina',
      name: 'Mina',
      model: 'sandbox',
      trigger: 'mnaz',
      state: 'completed',
      startedAt: at(0),
      finishedAt: at(171),
    },
    stages: stageIds.map((id, index) => ({
      id,
      state: 'done',
      startedAt: at(index * 25),
      finishedAt: at(index * 25 + 24),
      attempts: index === 4 ? 2 : 1,
      chosen: index < 2 ? outputs[index][1].image.sha256 : null,
      outputs: outputs[index],
      rejected: rejects[index],
      message: null,
    })),
    training: {
      steps: steps[steps.length - 1],
      saveEvery: 200,
      resumes: [{ attempt: 2, fromStep: 1200, atStep: 1342 }],
      loss: Array.from({ length: 300 }, (_, index) => [
        index * 10,
        0.4 * Math.exp(-index / 60) + 0.03 + 0.012 * Math.sin(index * 1.7),
      ]),
      seconds: 74.3,
    },
    checkpoints: steps.map((step, index) => ({
      step,
      lora: {
        sha256: createHash('sha256').update(`lora ${step}`).digest('hex'),
        bytes: 1_640_320,
        mediaType: 'application/x-safetensors',
        name: `mina_${String(step).padStart(9, '0')}.safetensors`,
      },
      identity: score(identityAt(step, steps), 11, 1),
      gain: score(identityAt(step, steps) - 0.19),
      memorisation: 0.01 + 0.03 * index,
      perPrompt: Object.fromEntries(prompts.map((prompt, n) => [prompt, score(identityAt(step, steps) + 0.01 * n, 3)])),
    })),
    baseline: score(0.19),
    strips,
    choice: {
      step: chosen,
      by: 'rule',
      rule: 'the earliest checkpoint within one standard error of the best',
      reason: `Step ${chosen} is the earliest checkpoint whose similarity cannot be told from the best one. Later ones gain nothing and lean more on the training images.`,
    },
    editorial,
    references: viewsI.filter(({ heldOut }) => heldOut),
    graphs: [{ name: 'text-to-image-lora', graph }],
    timeline: [
      { at: at(0), stage: 'run', kind: 'start', text: 'The run began.' },
      { at: at(104), stage: '05-training', kind: 'retry', text: 'The trainer was gone; attempt 2.' },
      { at: at(106), stage: '05-training', kind: 'resume', text: 'Went on from step 1200.' },
      ...steps.map((step, index) => ({
        at: at(108 + index * 4),
        stage: 'sweep' as const,
        kind: 'checkpoint' as const,
        text: `Checkpoint ${step}: ${identityAt(step, steps).toFixed(2)}`,
      })),
      { at: at(140), stage: 'sweep', kind: 'decision', text: `Step ${chosen} is chosen.` },
      { at: at(171), stage: 'run', kind: 'end', text: 'The run ended.' },
    ],
    provenance: {
      versions: { azit: '0.1.0', node: 'v20.20.2' },
      models: { 'w600k_r50.onnx': 'ab'.repeat(32) },
      seeds: { anchor: 7, training: 42, sweep: [1, 2, 3] },
    },
  };
}

/** A person has just typed `azit run`. */
export function barelyBegun(): ReportData {
  return {
    azit: 1,
    run: {
      id: 'mina',
      workflowId: 'azit-mina',
      name: 'Mina',
      model: 'sandbox',
      trigger: 'mnaz',
      state: 'running',
      startedAt: at(0),
      finishedAt: null,
    },
    stages: [],
    training: null,
    checkpoints: [],
    baseline: null,
    strips: [],
    choice: null,
    editorial: [],
    references: [],
    graphs: [],
    timeline: [],
    provenance: {},
  };
}

const exampleGraph = {
  '1': { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'sandbox.safetensors' } },
  '2': {
    class_type: 'LoraLoader',
    inputs: {
      model: ['1', 0],
      clip: ['1', 1],
      lora_name: 'azit/mina-2400-1a2b3c4d.safetensors',
      strength_model: 1,
      strength_clip: 1,
    },
  },
  '3': {
    class_type: 'CLIPTextEncode',
    inputs: { text: 'K-Pop editorial of mnaz, leather jacket, neon light', clip: ['2', 1] },
    _meta: { title: 'Prompt' },
  },
  '4': { class_type: 'CLIPTextEncode', inputs: { text: '', clip: ['2', 1] }, _meta: { title: 'Negative prompt' } },
  '5': { class_type: 'EmptyLatentImage', inputs: { width: 512, height: 512, batch_size: 1 } },
  '6': {
    class_type: 'KSampler',
    inputs: {
      model: ['2', 0],
      positive: ['3', 0],
      negative: ['4', 0],
      latent_image: ['5', 0],
      seed: 7,
      steps: 20,
      cfg: 7,
      sampler_name: 'euler',
      scheduler: 'normal',
      denoise: 1,
    },
  },
  '7': { class_type: 'VAEDecode', inputs: { samples: ['6', 0], vae: ['1', 2] } },
  '8': { class_type: 'SaveImage', inputs: { images: ['7', 0], filename_prefix: 'azit' } },
};
