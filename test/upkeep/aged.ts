import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactStore } from '../../src/artifacts/artifact-store.js';
import type { ArtifactRef } from '../../src/run/ref.js';

/** Makes all that a folder store holds a given number of days older, as if nobody had touched it since. */
export async function age(location: string, days: number): Promise<void> {
  const then = Date.now() / 1000 - days * 86_400;
  for (const entry of await readdir(location, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) await utimes(join(entry.parentPath, entry.name), then, then);
}

/** Every file of a store, by its path in it. */
export async function filesOf(location: string): Promise<string[]> {
  const entries = await readdir(location, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => join(entry.parentPath, entry.name).slice(location.length + 1)).sort();
}

/** Every content that a document refers to, and what that refers to, can be read. @returns how many they are */
export async function assertHeld(store: ArtifactStore, document: unknown): Promise<number> {
  const held = new Set<string>();
  const waiting = [...refsIn(document)];
  for (let ref = waiting.pop(); ref; ref = waiting.pop()) {
    if (held.has(ref.sha256)) continue;
    held.add(ref.sha256);
    const bytes = await store.readBytes(ref);
    if (ref.mediaType === 'application/json') waiting.push(...refsIn(JSON.parse(bytes.toString())));
  }
  return held.size;
}

function* refsIn(value: unknown): Generator<ArtifactRef> {
  if (value === null || typeof value !== 'object') return;
  if ('sha256' in value && 'mediaType' in value) yield value as ArtifactRef;
  for (const each of Object.values(value)) yield* refsIn(each);
}
