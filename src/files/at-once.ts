/**
 * Does the work for each, `most` at once: a store on S3 answers a lookup in some 20 ms. After a failure nothing is begun, and
 * nothing still goes on when it is thrown.
 */
export async function forEachAtOnce<T>(all: Iterable<T>, most: number, work: (one: T) => Promise<void>): Promise<void> {
  const queue = [...all].values();
  const failures: unknown[] = [];
  const worker = async (): Promise<void> => {
    for (const one of queue) {
      if (failures.length > 0) return;
      await work(one).catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: most }, worker));
  if (failures.length > 0) throw failures[0];
}
