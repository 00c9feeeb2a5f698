import fc from 'fast-check';

/** `npm test` takes a few, always the same; `npm run fuzz` many, by AZIT_FUZZ_RUNS and AZIT_FUZZ_SEED. */
const runs = Number(process.env.AZIT_FUZZ_RUNS ?? 0);
const seed = Number(process.env.AZIT_FUZZ_SEED ?? 13);

/** @param share of the long runs, for what costs more than a parser in memory. */
export async function holds<T>(
  arbitrary: fc.Arbitrary<T>,
  property: (value: T) => Promise<void> | void,
  { few = 100, share = 1 } = {},
): Promise<void> {
  const numRuns = runs > 0 ? Math.ceil(runs * share) : few;
  await fc.assert(
    fc.asyncProperty(arbitrary, async (value) => void (await property(value))),
    { seed, numRuns },
  );
}

/** A sound document with a few bytes changed, left out, put in or said twice: gets further than noise. */
export function damaged(sound: Uint8Array): fc.Arbitrary<Buffer> {
  const at = fc.nat(sound.length);
  const change = fc.oneof(
    fc.record({ at, length: fc.constant(1), bytes: fc.uint8Array({ minLength: 1, maxLength: 1 }) }),
    fc.record({ at, length: fc.nat(9), bytes: fc.uint8Array({ maxLength: 9 }) }),
    fc.record({ at, length: fc.nat(sound.length), bytes: fc.constant(new Uint8Array()) }),
    fc.record({ at, length: fc.constant(0), bytes: fc.constant(sound.subarray(0, 200)) }),
    fc.record({ at, length: fc.constant(4), bytes: fc.constantFrom(Buffer.from('ffffffff', 'hex'), Buffer.alloc(4)) }),
  );
  return fc
    .array(change, { minLength: 1, maxLength: 4 })
    .map((changes) =>
      changes.reduce<Buffer>(
        (bytes, one) => Buffer.concat([bytes.subarray(0, one.at), one.bytes, bytes.subarray(one.at + one.length)]),
        Buffer.from(sound),
      ),
    );
}

/** Anything that JSON can say, under the keys that a reader looks for, too. */
export const jsonLike = (...keys: string[]): fc.Arbitrary<unknown> => {
  const key = fc.oneof(fc.constantFrom('', '__proto__', 'constructor', ...keys), fc.string());
  const leaf = fc.oneof(fc.string(), fc.double(), fc.boolean(), fc.constant(null), fc.constantFrom(...keys));
  return fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 5, depthSize: 'small' },
      leaf,
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(key, tie('value'), { maxKeys: 5 }),
    ),
  })).value;
};

export type Outcome = 'passed' | 'refused';

/** Runs it; any error but those named fails the property. */
export async function refusesOnlyWith(names: string[], work: () => unknown): Promise<Outcome> {
  try {
    await work();
    return 'passed';
  } catch (error) {
    if (names.includes((error as Error).name)) return 'refused';
    throw error;
  }
}
