import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import sharp from 'sharp';
import { fault, type DatasetItem, type Fault, type ResumePoint } from '../trainer/index.js';

/** What ai-toolkit takes for a picture; it overlooks any other, even among those that a project may name. */
const imageExtensions = ['.jpg', '.jpeg', '.png', '.webp'];

export interface AttemptFolders {
  configPath: string;
  datasetFolder: string;
  /** Pictures that are not trained on: outside of what the trainer walks through. */
  validationFolder: string;
  /** As the trainer is told it: free of its traps. */
  trainingFolder: string;
  /** Where copies of checkpoints are taken to, away from the trainer. */
  takenFolder: string;
  /** Removes what was made outside the attempt's own folder. */
  release(): Promise<void>;
}

export type LaidPicture = Pick<DatasetItem, 'imagePath' | 'caption'>;

/** A name that begins no other file of the run folder (config.yaml, optimizer.pt, samples) and has no glob character. */
export function runNameOf(projectName: string): string {
  const slug = projectName
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return `azit-${slug || 'run'}`;
}

/** ai-toolkit's resume passes over any path that holds one of these, and takes the glob characters for what they mean. */
const trap = /_LoRA|_refiner|_t2i|_cn|[[\]*?]/;

export const isTrap = (path: string): boolean => trap.test(path);

/** Makes the attempt's folders, all empty. Where the work folder's path is a trap, the trainer gets a link to it. */
export async function makeFolders(workDir: string): Promise<AttemptFolders | Fault> {
  const trainer = join(workDir, 'trainer');
  const [datasetFolder, takenFolder] = [join(workDir, 'dataset'), join(workDir, 'taken')];
  const validationFolder = join(workDir, 'validation');
  for (const folder of [trainer, datasetFolder, validationFolder, takenFolder]) {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
  }
  const paths = { configPath: join(workDir, 'config.json'), datasetFolder, validationFolder, takenFolder };
  if (!isTrap(trainer)) return { ...paths, trainingFolder: trainer, release: async () => {} };
  if (isTrap(tmpdir())) {
    return fault(
      'bad-setting',
      `ai-toolkit can't resume in ${workDir} or in ${tmpdir()}: use a --work-dir whose path contains none of _LoRA, _cn, _t2i, _refiner, [ ] * ?.`,
    );
  }
  const bridge = await mkdtemp(join(tmpdir(), 'azit-'));
  await symlink(trainer, join(bridge, 'trainer'));
  const release = () => rm(bridge, { recursive: true, force: true });
  return { ...paths, trainingFolder: join(bridge, 'trainer'), release };
}

/**
 * A writable copy: the trainer writes its caches and sizes among the pictures. Each gets a caption file, always. What
 * its reader (PIL) would overlook, or read otherwise than the face models did, becomes plain PNG.
 * @returns the copies, in the same order.
 */
export async function layPictures(folder: string, items: DatasetItem[]): Promise<LaidPicture[]> {
  const laid: LaidPicture[] = [];
  for (const [index, { imagePath, caption, fileName }] of items.entries()) {
    const extension = extname(fileName).toLowerCase();
    const isTaken = imageExtensions.includes(extension) && (await isPlain(imagePath));
    // Numbered: two pictures of one stem would share a caption, and a name with a leading dot would not be seen.
    const stem = `${String(index + 1).padStart(4, '0')}-${fileName.slice(0, -extension.length).replace(/[^\w-]+/g, '-')}`;
    const copy = join(folder, stem + (isTaken ? extension : '.png'));
    if (isTaken) await copyFile(imagePath, copy);
    else
      await sharp(imagePath, { limitInputPixels: false })
        .autoOrient()
        .toColourspace('srgb')
        .removeAlpha()
        .png()
        .toFile(copy);
    await writeFile(join(folder, `${stem}.txt`), caption);
    laid.push({ imagePath: copy, caption });
  }
  return laid;
}

/**
 * Whether PIL reads the same pixels as the face models: it cuts 16 bits to 8, turns CMYK, palettes and transparency its own
 * way, and knows no colour profile.
 */
async function isPlain(path: string): Promise<boolean> {
  const { depth, space, channels, isPalette, hasAlpha, icc, orientation, pages } = await sharp(path, {
    limitInputPixels: false,
  }).metadata();
  const isSrgb = !icc || /sRGB|s\0R\0G\0B/.test(icc.toString('latin1'));
  return (
    depth === 'uchar' &&
    space === 'srgb' &&
    channels === 3 &&
    !isPalette &&
    !hasAlpha &&
    isSrgb &&
    (orientation ?? 1) === 1 &&
    (pages ?? 1) === 1
  );
}

/** The one resume state of a run folder. */
export const optimizerName = 'optimizer.pt';

/** 200 -> azit-mina_000000200.safetensors */
export const checkpointName = (runName: string, step: number): string =>
  `${runName}_${String(step).padStart(9, '0')}.safetensors`;

/** Exactly one checkpoint and its own optimizer state in an otherwise empty run folder: nothing else can be chosen. */
export async function stageResume(runFolder: string, runName: string, point: ResumePoint): Promise<void> {
  await mkdir(runFolder, { recursive: true });
  for (const { path } of point.state.files) await copyFile(path, join(runFolder, optimizerName));
  await copyFile(point.checkpointPath, join(runFolder, checkpointName(runName, point.step)));
}
