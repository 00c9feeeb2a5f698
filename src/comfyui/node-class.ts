import { z } from 'zod';

/** An input of a node class, as far as it can be checked from outside. */
export interface InputSpec {
  required: boolean;
  /** null: a choice. */
  type: string | null;
  /** Null: any value. */
  choices: string[] | null;
  /** A choice among uploaded files. */
  isUpload: boolean;
  /** Null: no bound. */
  min: number | null;
  max: number | null;
}

export interface NodeClass {
  inputs: ReadonlyMap<string, InputSpec>;
  outputs: readonly string[];
  /** It ends a graph: it saves or shows. */
  isOutput: boolean;
}

const inputs = z.record(z.string(), z.unknown()).default({});

/** /object_info, as far as we look at it. */
export const objectInfo = z.record(
  z.string(),
  z.object({
    input: z.object({ required: inputs, optional: inputs }).partial().default({}),
    output_node: z.boolean().catch(true),
    // An output that is a choice is given as the list of its options.
    output: z.array(z.union([z.string(), z.array(z.unknown()).transform(() => '*')])).catch([]),
  }),
);

export function nodeClassOf({
  input: { required = {}, optional = {} },
  output,
  output_node,
}: z.output<typeof objectInfo>[string]): NodeClass {
  const specs = (group: Record<string, unknown>, isRequired: boolean) =>
    Object.entries(group).map(([name, spec]) => [name, specOf(spec, isRequired)] as const);
  return {
    inputs: new Map([...specs(required, true), ...specs(optional, false)]),
    outputs: output,
    isOutput: output_node,
  };
}

const options = z.looseObject({
  options: z.array(z.unknown()).optional().catch(undefined),
  min: z.number().optional().catch(undefined),
  max: z.number().optional().catch(undefined),
});

/** `["INT", {"min": 0}]`, `[["a", "b"], {}]`, or since 0.3.5x also `["COMBO", {"options": ["a", "b"]}]`. */
const tuple = z.tuple([z.union([z.string(), z.array(z.unknown())])], z.unknown());

function specOf(spec: unknown, required: boolean): InputSpec {
  const parsed = tuple.safeParse(spec);
  if (!parsed.success) return { required, type: '*', choices: null, isUpload: false, min: null, max: null };
  const [type, more] = parsed.data;
  const { options: listed, min = null, max = null, ...rest } = options.safeParse(more).data ?? {};
  const choices = (Array.isArray(type) ? type : type === 'COMBO' ? listed : undefined)?.map(String) ?? null;
  const isUpload = ['image_upload', 'video_upload', 'audio_upload', 'file_upload'].some((key) => rest[key] === true);
  return { required, type: choices ? null : (type as string), choices, isUpload, min, max };
}
