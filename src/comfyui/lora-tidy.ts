import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isPart } from '../files/atomic.js';
import type { Logger } from './options.js';
import { ourFolder, sha256OrNull } from './lora-folder.js';
import { notesFolder, readUserNotes, type UserNote } from './lora-users.js';

/** Nobody told us that its user has ended (a run that was terminated, another store): brought again if still needed. */
const idleMs = 24 * 60 * 60_000;
/** No copy takes this long. */
const oldPartMs = 60 * 60_000;

/**
 * Removes the LoRAs of ours that nobody needs any more: those whose users are all released, or have not asked for them
 * for a day. A file without a note, or of other content than its note says, is not ours. Can be cut off anywhere: the
 * notes go last, and a note without a file only goes.
 * @returns the names removed
 */
export async function tidyLoras(
  lorasDir: string | undefined,
  isReleased: (user: string) => Promise<boolean>,
  logger: Logger,
): Promise<string[]> {
  if (!lorasDir) return [];
  const ours = join(lorasDir, ourFolder);
  await removeOldParts(ours);
  await removeOldParts(join(ours, notesFolder));
  const removed: string[] = [];
  for (const [file, notes] of byFile(await readUserNotes(ours))) {
    if (!(await allEnded(notes, isReleased))) continue;
    const path = join(ours, file);
    if ((await sha256OrNull(path)) === notes[0].sha256) {
      await rm(path, { force: true });
      removed.push(`${ourFolder}/${file}`);
    }
    for (const note of notes) await rm(note.path, { force: true });
  }
  if (removed.length > 0) logger.info({ removed }, 'removed LoRAs that no run needs');
  return removed;
}

/** What a worker left that was killed while it copied. */
async function removeOldParts(path: string): Promise<void> {
  const names = await readdir(path).catch(() => []);
  for (const name of names.filter(isPart)) {
    const { mtimeMs } = await stat(join(path, name)).catch(() => ({ mtimeMs: Infinity }));
    if (Date.now() - mtimeMs > oldPartMs) await rm(join(path, name), { force: true });
  }
}

async function allEnded(notes: UserNote[], isReleased: (user: string) => Promise<boolean>): Promise<boolean> {
  for (const { user, usedAtMs } of notes) {
    if (Date.now() - usedAtMs < idleMs && !(await isReleased(user))) return false;
  }
  return true;
}

function byFile(notes: UserNote[]): Map<string, UserNote[]> {
  const groups = new Map<string, UserNote[]>();
  for (const note of notes) groups.set(note.file, [...(groups.get(note.file) ?? []), note]);
  return groups;
}
