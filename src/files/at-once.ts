/** Does the work for each, `most` at once: a store on S3 answers a lookup in some 20 ms. */
export async function forEachAtOnce<T>(all: Iterable<T>, most: number, work: (one: T) => Promise<void>): Promise<void> {
  const queue = [...all].values();
  const worker = async (): Promise<void> => {
    for (const one of queue) await work(one);
  };
  await Promise.all(Array.from({ length: most }, worker));
}
