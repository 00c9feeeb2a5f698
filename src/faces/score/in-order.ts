/**
 * Results in the order of the items, at most `limit` of them in the making: memory stays flat however many there are.
 * A failure ends it, after what was begun has ended.
 */
export async function* inOrder<T, R>(
  items: Iterable<T>,
  limit: number,
  make: (item: T) => Promise<R>,
): AsyncGenerator<R, void, undefined> {
  const begun: Promise<R>[] = [];
  try {
    for (const item of items) {
      const result = make(item);
      // Its failure is told when its turn comes; until then it is nobody's.
      result.catch(() => undefined);
      begun.push(result);
      if (begun.length >= limit) yield await begun.shift()!;
    }
    while (begun.length > 0) yield await begun.shift()!;
  } finally {
    await Promise.allSettled(begun);
  }
}

/** As `inOrder`, into a list. */
export async function listInOrder<T, R>(
  items: Iterable<T>,
  limit: number,
  make: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  for await (const result of inOrder(items, limit, make)) results.push(result);
  return results;
}
