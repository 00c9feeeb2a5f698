/** A content that something names. */
export interface Named {
  sha256: string;
  bytes: number;
  /** JSON, which may name more. */
  isDocument: boolean;
}

const sha256Pattern = /(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/g;

/**
 * Every content that a JSON value names, in whatever shape: a sha256 anywhere in it counts, as a whole string or within one.
 * What is found too much keeps something too long; what is missed would lose it. So kinds of records that come later are
 * understood too.
 */
export function namedIn(value: unknown, found: Map<string, Named> = new Map(), key = ''): Map<string, Named> {
  if (typeof value === 'string') {
    for (const [sha256] of value.matchAll(sha256Pattern))
      if (!found.has(sha256)) found.set(sha256, { sha256, bytes: 0, isDocument: false });
  } else if (Array.isArray(value)) {
    for (const each of value) namedIn(each, found, key);
  } else if (value !== null && typeof value === 'object') {
    const document = documentIn(value as Record<string, unknown>, key);
    if (document) found.set(document.sha256, document);
    for (const [name, each] of Object.entries(value)) namedIn(each, found, name);
  }
  return found;
}

/** A reference to JSON. Of graphs, thousands of which a sweep may have, no one names an artifact. */
function documentIn({ sha256, bytes, mediaType }: Record<string, unknown>, key: string): Named | null {
  const isDocument = mediaType === 'application/json' && key !== 'graph';
  return isDocument && typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256)
    ? { sha256, bytes: Number(bytes), isDocument }
    : null;
}
