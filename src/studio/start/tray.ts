import { createHash, randomBytes } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../../files/atomic.js';
import { fileLimits } from '../../files/limits.js';
import { readRegular, readRegularText } from '../../files/regular-file.js';
import { makePrivateFolder } from '../../machine/private.js';
import { checkPicture } from '../../project/pictures.js';
import type { Session } from '../door/sessions.js';
import { pictureTypeOf } from '../pictures/sniff.js';

/** For which key of the project: a file, or a folder of them. */
export const trayPlaces = ['anchor', 'pictures'] as const;
export type TrayPlace = (typeof trayPlaces)[number];

export const mostPictureBytes = 64 * 1024 * 1024;
const mostPictures = 500;
const mostBytes = 2 * 1024 ** 3;
/** Of all trays; the oldest go. */
const mostTrays = 20;
const keptForMs = 48 * 3600_000;

const extensions = { 'image/png': '.png', 'image/jpeg': '.jpg', 'image/webp': '.webp' } as const;
const idPattern = /^[0-9a-f]{32}$/;

export interface TrayPicture {
  name: string;
  caption: string;
}

/** What was dropped, and what came of it. */
export type Dropped = { taken: true; name: string } | { taken: false; name: string; reason: string };

/**
 * Files that a person dropped for a project that is not started yet: in the studio's own folder, for its owner alone, and
 * reached only by the session that dropped them. The project file stands beside them, so that its paths are relative.
 * A tray is only an id until the first drop makes its folder. Each image is written, checked, and removed again where it
 * is refused. Planning and starting read it and leave it; it goes two days after the last change, or as the oldest of too
 * many, when somebody drops something.
 */
export class Tray {
  private constructor(readonly folder: string) {}

  static newId(): string {
    return randomBytes(16).toString('hex');
  }

  /** @returns null where the id is none */
  static of(root: string, session: Session, id: string): Tray | null {
    if (!idPattern.test(id)) return null;
    const name = createHash('sha256')
      .update(`${session.user ?? ''} ${session.hash} ${id}`)
      .digest('hex')
      .slice(0, 32);
    return new Tray(join(root, 'uploads', name));
  }

  /** Takes one picture or caption, by its bytes and not by what it is called. */
  async drop(place: TrayPlace, called: string, bytes: Buffer): Promise<Dropped> {
    const refused = (reason: string): Dropped => ({ taken: false, name: called, reason });
    const stem = stemOf(called);
    if (/\.txt$/i.test(called)) return await this.#caption(place, stem, called, bytes);
    const type = pictureTypeOf(bytes);
    if (!type) return refused('is no PNG, JPEG or WebP image');
    const { count, total } = await this.#size();
    if (count >= mostPictures) return refused(`is too much: ${mostPictures} images are the limit`);
    if (total + bytes.length > mostBytes) return refused('is too much: 2 GiB are the limit');
    const name = `${stem}${extensions[type]}`;
    const path = join(this.folder, place, name);
    await this.#make(place);
    if (place === 'anchor') await this.#empty(place);
    await replaceFile(path, bytes, { modes: { file: 0o600, folder: 0o700 }, flush: false });
    const checked = await checkPicture(path);
    const reason = checked.ok ? await this.#copyOf(place, name, checked.sha256) : checked.reason;
    if (reason === null) return { taken: true, name };
    await rm(path, { force: true });
    return refused(reason);
  }

  async pictures(place: TrayPlace): Promise<TrayPicture[]> {
    const names = (await readdir(join(this.folder, place)).catch(() => [])).filter((name) =>
      /\.(png|jpg|webp)$/.test(name),
    );
    return await Promise.all(
      names.sort().map(async (name) => {
        const path = join(this.folder, place, `${stemOf(name)}.txt`);
        return { name, caption: await readRegularText(path, { maxBytes: fileLimits.caption }).catch(() => '') };
      }),
    );
  }

  /** @returns null where there is none of this name */
  async bytes(place: TrayPlace, name: string): Promise<Buffer | null> {
    if (!isOwnName(name)) return null;
    return await readRegular(join(this.folder, place, name), { maxBytes: mostPictureBytes }).catch(() => null);
  }

  async setCaption(place: TrayPlace, name: string, caption: string): Promise<void> {
    if (!isOwnName(name)) return;
    const path = join(this.folder, place, `${stemOf(name)}.txt`);
    if (caption.trim() === '') await rm(path, { force: true });
    else await replaceFile(path, caption, { modes: { file: 0o600, folder: 0o700 }, flush: false });
  }

  async remove(place: TrayPlace, name: string): Promise<void> {
    if (!isOwnName(name)) return;
    for (const one of [name, `${stemOf(name)}.txt`]) await rm(join(this.folder, place, one), { force: true });
  }

  async #caption(place: TrayPlace, stem: string, called: string, bytes: Buffer): Promise<Dropped> {
    if (bytes.length > fileLimits.caption) return { taken: false, name: called, reason: 'is too long for a caption' };
    await this.#make(place);
    const path = join(this.folder, place, `${stem}.txt`);
    await replaceFile(path, bytes, { modes: { file: 0o600, folder: 0o700 }, flush: false });
    return { taken: true, name: `${stem}.txt` };
  }

  async #make(place: TrayPlace): Promise<void> {
    const root = join(this.folder, '..');
    await makePrivateFolder(root);
    await makePrivateFolder(this.folder);
    await makePrivateFolder(join(this.folder, place));
    await removeOld(root, this.folder);
  }

  async #empty(place: TrayPlace): Promise<void> {
    for (const name of await readdir(join(this.folder, place)).catch(() => []))
      await rm(join(this.folder, place, name), { force: true });
  }

  /** Why it is not taken besides another one; null: no other one has these bytes. */
  async #copyOf(place: TrayPlace, name: string, sha256: string): Promise<string | null> {
    for (const other of await this.pictures(place)) {
      if (other.name === name) continue;
      const bytes = await this.bytes(place, other.name);
      if (bytes && createHash('sha256').update(bytes).digest('hex') === sha256)
        return `is the same image as ${other.name}`;
    }
    return null;
  }

  async #size(): Promise<{ count: number; total: number }> {
    const paths = await readdir(this.folder, { recursive: true }).catch(() => [] as string[]);
    const sizes = await Promise.all(
      paths.map(async (path) => {
        const found = await stat(join(this.folder, path)).catch(() => null);
        return found?.isFile() ? found.size : null;
      }),
    );
    const files = sizes.filter((size) => size !== null);
    return { count: files.length, total: files.reduce((sum, size) => sum + size, 0) };
  }
}

/** Letters of any language, digits and a few signs: a name leads to no other folder. */
const stemOf = (called: string): string => {
  const [name] = called.split(/[/\\]/).slice(-1);
  const stem = name.replace(/\.[^.]*$/, '').replace(/[^\p{L}\p{N}_-]+/gu, '-');
  return stem.replace(/^-+/, '').slice(0, 80) || 'image';
};

const isOwnName = (name: string): boolean => /^[\p{L}\p{N}_-]{1,80}\.(png|jpg|webp)$/u.test(name);

async function removeOld(root: string, own: string): Promise<void> {
  const names = await readdir(root).catch(() => [] as string[]);
  const trays = await Promise.all(
    names.map(async (name) => ({
      path: join(root, name),
      at: (await stat(join(root, name)).catch(() => null))?.mtimeMs ?? 0,
    })),
  );
  const others = trays.filter(({ path }) => path !== own).sort((a, b) => b.at - a.at);
  for (const [index, { path, at }] of others.entries())
    if (index >= mostTrays - 1 || Date.now() - at > keptForMs) await rm(path, { recursive: true, force: true });
}
