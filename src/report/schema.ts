import { z } from 'zod';
import { stageIds } from '../project/names.js';

/** The shape of `report.json`: design.md, "The report folder". More fields may stand beside these. */

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'is not a sha256 (64 lower-case hex digits)');
const isInside = (path: string): boolean => !/^([a-z]:|[/\\])|\\|\0/i.test(path) && !path.split('/').includes('..');
/** Of a file in the report folder. */
export const pathInside = z.string().min(1).refine(isInside, 'is not a relative path inside the report folder');
const path = pathInside;
const time = z.string().refine((text) => !Number.isNaN(Date.parse(text)), 'is not a time (ISO 8601)');
const count = z.int().nonnegative();
/** Single precision may end a hair beyond 1. */
const cosine = z.number().min(-1.001).max(1.001);

export const fileSchema = z.looseObject({ path, sha256 });

const scoreSchema = z.looseObject({ mean: cosine, low: z.number(), high: z.number(), n: count, noFace: count });

const pictureSchema = fileSchema.extend({ seed: z.number().nullable(), prompt: z.string().nullable() });

const stageSchema = z.looseObject({
  id: z.enum(stageIds),
  state: z.enum(['pending', 'running', 'waiting', 'needs-help', 'done', 'skipped', 'failed', 'cancelled']),
  startedAt: time.nullable(),
  finishedAt: time.nullable(),
  attempts: count,
  outputs: z.array(pictureSchema),
  rejected: z.array(z.looseObject({ sha256, reason: z.string() })),
});

const stripPictureSchema = fileSchema.extend({ step: count, seed: z.number(), identity: cosine.nullable() });

export const reportSchema = z.looseObject({
  azit: z.literal(1),
  run: z.looseObject({
    id: z.string().min(1),
    workflowId: z.string().min(1),
    startedAt: time,
    finishedAt: time.nullable(),
    model: z.string().min(1),
  }),
  stages: z.array(stageSchema).refine((stages) => stages.map(({ id }) => id).join() === stageIds.join(), {
    message: `are not the six stages in order (${stageIds.join(', ')})`,
  }),
  training: z
    .looseObject({
      steps: count,
      resumes: z.array(z.looseObject({ attempt: count, fromStep: count, atStep: count })),
      loss: z.array(z.tuple([count, z.number().nullable()])),
      validation: z.array(z.tuple([count, z.number()])).optional(),
      seconds: z.number().nonnegative(),
      stopped: z.looseObject({ at: count, decidedAt: count, since: count, reason: z.string() }).optional(),
    })
    .nullable(),
  checkpoints: z.array(z.looseObject({ step: count, sha256, identity: scoreSchema.nullable() })),
  guardAnchor: z.looseObject({ step: count, sha256, identity: scoreSchema.nullable() }).nullable().optional(),
  baseline: z.looseObject({
    identity: scoreSchema.nullable(),
    images: z.array(pictureSchema.extend({ identity: cosine.nullable() })),
  }),
  strips: z.array(
    z.looseObject({
      prompt: z.string(),
      text: z.string(),
      strength: z.number().optional(),
      images: z.array(stripPictureSchema),
    }),
  ),
  choice: z
    .looseObject({ step: count.nullable(), strength: z.number().optional(), rule: z.string(), reason: z.string() })
    .nullable(),
  editorial: z.array(pictureSchema),
  provenance: z.record(z.string(), z.unknown()),
});

export type Report = z.infer<typeof reportSchema>;
