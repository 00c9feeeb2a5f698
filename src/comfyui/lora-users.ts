import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { replaceFile } from '../files/atomic.js';
import { modesOf } from '../files/modes.js';
import { parseJson } from '../files/json.js';
import { fileLimits } from '../files/limits.js';
import { readRegular } from '../files/regular-file.js';

/**
 * Who needs which LoRA: one small file for each pair, beside the LoRAs, so that all workers that share the folder see it
 * and none rewrites another's. It is also the proof that a LoRA is ours.
 */
export const notesFolder = '.users';

const noteSchema = z.object({
  /** Plain name inside our folder. */
  file: z.string().regex(/^(?:[a-z0-9-]+-)?[0-9a-f]{12}\.safetensors$/),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  user: z.string(),
});
type Note = z.infer<typeof noteSchema>;

export interface UserNote extends Note {
  path: string;
  /** When the user asked for it last, by the clock of the folder's disk. */
  usedAtMs: number;
}

export async function noteUser(ours: string, note: Note): Promise<void> {
  const user = createHash('sha256').update(note.user).digest('hex').slice(0, 12);
  await replaceFile(join(ours, notesFolder, `${note.file}@${user}.json`), JSON.stringify(note), {
    modes: await modesOf(ours),
  });
}

/** Notes that can't be read are not ours, or half of another version: left alone. */
export async function readUserNotes(ours: string): Promise<UserNote[]> {
  const names = await readdir(join(ours, notesFolder)).catch(() => []);
  const notes: UserNote[] = [];
  for (const name of names.filter((candidate) => candidate.endsWith('.json'))) {
    const path = join(ours, notesFolder, name);
    const note = await readNote(path).catch(() => null);
    if (note) notes.push({ ...note, path, usedAtMs: (await stat(path).catch(() => null))?.mtimeMs ?? Date.now() });
  }
  return notes;
}

const readNote = async (path: string): Promise<Note> =>
  noteSchema.parse(parseJson(await readRegular(path, { maxBytes: fileLimits.state })));
