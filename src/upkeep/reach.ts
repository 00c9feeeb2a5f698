import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { parseJson } from '../files/json.js';
import { fileLimits } from '../files/limits.js';
import { namedIn, type Named } from './named-contents.js';

/** A store on S3 answers each in some 20 ms. */
const readAtOnce = 16;

/** What is named, and what the documents among it name, and so on. @throws ArtifactDamagedError for one that is damaged */
export async function reachOf(store: ArtifactStore, named: Iterable<Named>): Promise<Set<string>> {
  const contents = new Set<string>();
  const documents = new Set<string>();
  const waiting: Named[] = [];
  const add = (each: Named): void => {
    contents.add(each.sha256);
    if (!each.isDocument || documents.has(each.sha256) || each.bytes > fileLimits.report) return;
    documents.add(each.sha256);
    waiting.push(each);
  };
  for (const each of named) add(each);
  while (waiting.length > 0) {
    const texts = await Promise.all(waiting.splice(0, readAtOnce).map((document) => readDocument(store, document)));
    for (const bytes of texts) if (bytes) for (const each of namedIn(parsed(bytes)).values()) add(each);
  }
  return contents;
}

async function readDocument(store: ArtifactStore, { sha256, bytes }: Named): Promise<Buffer | null> {
  try {
    return await store.readBytes({ sha256, bytes, mediaType: 'application/json', name: 'document' });
  } catch (error) {
    const { type, found } = error as { type?: unknown; found?: unknown };
    // What is gone keeps nothing: the rest of it goes with a removal that was interrupted.
    if (type === 'artifact-damaged' && found === 'no file') return null;
    throw error;
  }
}

/** Called JSON, but none: it still may name something. */
function parsed(bytes: Buffer): unknown {
  try {
    return parseJson(bytes);
  } catch {
    return bytes.toString('latin1');
  }
}
