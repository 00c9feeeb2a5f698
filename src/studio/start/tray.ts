import { createHash, randomBytes } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createFile, replaceFile, type WriteOptions } from '../../files/atomic.js';
import { fileLimits } from '../../files/limits.js';
import { readRegular, readRegularText } from '../../files/regular-file.js';
import { makePrivateFolder } from '../../machine/private.js';
import { checkPicture } from '../../project/pictures.js';
import type { Session } from '../door/sessions.js';
import { pictureTypeOf } from '../pictures/sniff.js';
import { cutSquare, sizeOf, whyNoSquare, type Square } from './square.js';

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
const ownerOnly: WriteOptions = { modes: { file: 0o600, folder: 0o700 }, flush: false };

export interface TrayPicture {
  name: string;
  caption: string;
  sizeBytes: number;
  /** Another one for another content. */
  stamp: string;
  isCropped: boolean;
}

/** What was dropped, and what came of it. */
export type Dropped = { taken: true; name: string } | { taken: false; name: string; reason: string };

/**
 * Files that a person dropped for a project that is not started yet: in the studio's own folder, for its owner alone, and
 * reached only by the session that dropped them. The project file stands beside them, so that its paths are relative.
 * A tray is only an id until the first drop makes its folder. Each image is written, checked, and removed again where it
 * is refused. Planning and starting read it and leave it; it goes two days after the last change, or as the oldest of too
 * many, when somebody drops something. What a square was cut out of stays under `whole/`, so that it can be cut again.
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
    await rm(this.#wholeOf(place, name), { force: true });
    await replaceFile(path, bytes, ownerOnly);
    const checked = await checkPicture(path);
    const reason = checked.ok ? await this.#copyOf(place, name, bytes) : checked.reason;
    if (reason === null) return { taken: true, name };
    await rm(path, { force: true });
    return refused(reason);
  }

  async pictures(place: TrayPlace): Promise<TrayPicture[]> {
    const names = (await readdir(join(this.folder, place)).catch(() => [])).filter((name) =>
      /\.(png|jpg|webp)$/.test(name),
    );
    const whole = new Set(await readdir(join(this.folder, 'whole', place)).catch(() => []));
    return await Promise.all(
      names.sort().map(async (name) => {
        const path = join(this.folder, place, `${stemOf(name)}.txt`);
        const caption = await readRegularText(path, { maxBytes: fileLimits.caption }).catch(() => '');
        const { sizeBytes, stamp } = await this.#stampOf(place, name);
        return { name, caption, sizeBytes, stamp, isCropped: whole.has(name) };
      }),
    );
  }

  /** @returns null where there is none of this name */
  async picture(place: TrayPlace, name: string): Promise<(TrayPicture & { bytes: Buffer }) | null> {
    const picture = (await this.pictures(place)).find((one) => one.name === name);
    const bytes = picture && (await this.bytes(place, name));
    return bytes ? { ...picture, bytes } : null;
  }

  /** The image as it was dropped. @returns null where there is none of this name */
  async whole(place: TrayPlace, name: string): Promise<Buffer | null> {
    if (!isOwnName(name)) return null;
    const kept = await readRegular(this.#wholeOf(place, name), { maxBytes: mostPictureBytes }).catch(() => null);
    return kept ?? (await this.bytes(place, name));
  }

  /** Has a square of the image stand in for it, under its name and with its caption; null: the whole image again. */
  async crop(place: TrayPlace, name: string, square: Square | null): Promise<Dropped> {
    const refused = (reason: string): Dropped => ({ taken: false, name, reason });
    const whole = await this.whole(place, name);
    if (!whole) return refused('There is no such image.');
    const why = square && whyNoSquare(square, await sizeOf(whole));
    if (why) return refused(why);
    const bytes = square ? await cutSquare(whole, square) : whole;
    if (bytes.length > mostPictureBytes)
      return refused('The square would have more than 64 MiB: choose a smaller one.');
    if ((await this.#size()).total + bytes.length > mostBytes)
      return refused('There is no room for it: 2 GiB are the limit. Remove other images first.');
    const copy = await this.#copyOf(place, name, bytes);
    if (copy !== null) return refused(`The square ${copy}.`);
    // The first one wins: of two at once the second may have read what the first has cut.
    if (square) await createFile(this.#wholeOf(place, name), whole, ownerOnly);
    await replaceFile(join(this.folder, place, name), bytes, ownerOnly);
    if (!square) await rm(this.#wholeOf(place, name), { force: true });
    return { taken: true, name };
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
    else await replaceFile(path, caption, ownerOnly);
  }

  async remove(place: TrayPlace, name: string): Promise<void> {
    if (!isOwnName(name)) return;
    for (const one of [name, `${stemOf(name)}.txt`]) await rm(join(this.folder, place, one), { force: true });
    await rm(this.#wholeOf(place, name), { force: true });
  }

  async #caption(place: TrayPlace, stem: string, called: string, bytes: Buffer): Promise<Dropped> {
    if (bytes.length > fileLimits.caption) return { taken: false, name: called, reason: 'is too long for a caption' };
    await this.#make(place);
    const path = join(this.folder, place, `${stem}.txt`);
    await replaceFile(path, bytes, ownerOnly);
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
    for (const folder of [join(this.folder, place), join(this.folder, 'whole', place)])
      for (const name of await readdir(folder).catch(() => [])) await rm(join(folder, name), { force: true });
  }

  readonly #wholeOf = (place: TrayPlace, name: string): string => join(this.folder, 'whole', place, name);

  async #stampOf(place: TrayPlace, name: string): Promise<Pick<TrayPicture, 'sizeBytes' | 'stamp'>> {
    const found = await stat(join(this.folder, place, name)).catch(() => null);
    return { sizeBytes: found?.size ?? 0, stamp: `${found?.size ?? 0}-${found?.mtimeMs ?? 0}` };
  }

  /** Why it is not taken besides another one; null: no other one has these bytes. */
  async #copyOf(place: TrayPlace, name: string, bytes: Buffer): Promise<string | null> {
    for (const other of await this.pictures(place)) {
      if (other.name === name || other.sizeBytes !== bytes.length) continue;
      if ((await this.bytes(place, other.name))?.equals(bytes)) return `is the same image as ${other.name}`;
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
