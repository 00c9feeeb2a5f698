import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from './options.js';
import { ourFolder, sha256OrNull } from './lora-folder.js';
import { readUserNotes, type UserNote } from './lora-users.js';

/** Nobody told us that its user has ended (a run that was terminated, another store): brought again if still needed. */
const idleMs = 24 * 60 * 60_000;

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
  if (removed.length > 0) logger.info({ removed }, 'LoRAs that no run needs any more are removed');
  return removed;
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
