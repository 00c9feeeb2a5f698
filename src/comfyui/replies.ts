import { z } from 'zod';
import { cut, longest } from '../text/cut.js';
import type { Connection } from './connection.js';

/** Schemas of ComfyUI's replies: only what is used is kept, so that a newer server's additions do no harm. */

/** One line, and no longer than a person reads: it goes into messages, logs and a run's history. */
const text = z.string().transform((found) => cut(found.trim().replaceAll(/\s+/g, ' '), longest.line));

const nodeError = z.object({
  class_type: text.default('?'),
  errors: z
    .array(
      z.object({
        type: z.string(),
        message: text.default(''),
        details: text.default(''),
        extra_info: z.object({ input_name: z.string().optional(), received_value: z.unknown().optional() }).catch({}),
      }),
    )
    .default([]),
});
export type NodeErrors = Record<string, z.output<typeof nodeError>>;

/** 0.3.64 writes an empty list where there are none. */
const nodeErrors = z.union([z.record(z.string(), nodeError), z.array(z.unknown()).transform((): NodeErrors => ({}))]);

export const promptAccepted = z.object({ prompt_id: z.string(), node_errors: nodeErrors.default({}) });
export const promptRefused = z.object({
  error: z.object({
    type: z.string(),
    message: text.default(''),
    details: text.default(''),
    extra_info: z.object({ class_type: text.optional() }).catch({}),
  }),
  node_errors: nodeErrors.default({}),
});

const file = z.object({ filename: z.string(), subfolder: z.string().default(''), type: z.string() });
/** Other nodes' outputs have any shape. */
const outputs = z.record(z.string(), z.object({ images: z.array(file).optional().catch(undefined) }).catch({}));
const status = z.object({ messages: z.array(z.tuple([z.string(), z.looseObject({})])).default([]) }).nullable();

export type OutputFile = z.output<typeof file>;
export type Outputs = z.output<typeof outputs>;
export type ExecutionStatus = z.output<typeof status>;

export const historyReply = z.record(
  z.string(),
  z.object({ outputs: outputs.default({}), status: status.default(null) }),
);
export const jobReply = z.object({
  id: z.string(),
  /** null: a state of a newer server. */
  status: z.enum(['pending', 'in_progress', 'completed', 'failed', 'cancelled']).or(z.string().transform(() => null)),
  outputs: outputs.nullish(),
  execution_status: status.default(null),
});

const queueItem = z.tuple([z.unknown(), z.string()]).rest(z.unknown());
export const queueReply = z.object({ queue_running: z.array(queueItem), queue_pending: z.array(queueItem) });

export const executionError = z.object({
  node_id: text.default('?'),
  node_type: text.default('?'),
  exception_type: text.default(''),
  exception_message: text.default(''),
});

export const uploadReply = z.object({ name: z.string(), subfolder: z.string().default('') });
export const names = z.array(z.string());
export const logReply = z.object({ entries: z.array(z.object({ t: z.string(), m: z.string() })) });
/** Devices and words of a command line. */
const maxListed = 100;

export const statsReply = z.object({
  system: z.object({
    os: text.default(''),
    comfyui_version: text.default('unknown'),
    // A file of its installation says it: local-git, local-portable, or a product's name.
    deploy_environment: text.default(''),
    python_version: text.default('unknown'),
    pytorch_version: text.default('unknown'),
    argv: z
      .array(text)
      .default([])
      .transform((words) => words.slice(0, maxListed)),
  }),
  devices: z
    .array(z.object({ name: text, type: text, vram_total: z.number(), vram_free: z.number() }))
    .default([])
    .transform((devices) => devices.slice(0, maxListed)),
});

/** @throws ComfyError 'bad-reply' where the JSON is not what ComfyUI sends. */
export function parseReply<T>(connection: Connection, schema: z.ZodType<T>, json: unknown, path: string): T {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw connection.badReply(
    path,
    `JSON of an unexpected shape (at ${parsed.error.issues[0].path.join('.') || 'its root'})`,
  );
}
