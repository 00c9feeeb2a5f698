import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { MeasuredSet } from '../faces/score/score-summary.js';
import type { ScoreSetInput } from '../faces/score/score-set.js';
import { plain, printJson, say, UsageError } from './output.js';

interface ScoreFlags {
  reference: string[];
  images: string[];
  training?: string[];
  embedder: string[];
  json?: boolean;
  out?: string;
}

/** `azit score`: how like a set of references each picture is. Writes nothing but the picture that `--out` names. */
export function registerScoreCommand(program: Command): void {
  program
    .command('score')
    .description('measure faces and their similarity to reference images')
    .requiredOption('--reference <path...>', 'images of the person, or folders of images')
    .requiredOption('--images <path...>', 'images to score, or folders of images')
    .option('--training <path...>', 'training images: for each scored image, shows the most similar one')
    .option(
      '--embedder <name...>',
      'the embedder (see `azit models list`), or a YAML file; a second one cross-checks',
      ['default'],
    )
    .option('--out <image>', 'also draw the images with face boxes and scores on one sheet (.png, .jpg or .webp)')
    .option('--json', 'print one JSON document')
    .action(score);
}

async function score({ reference, images, training = [], embedder, json = false, out }: ScoreFlags): Promise<void> {
  const { picturesAt } = await import('../faces/score/picture-files.js');
  const { scoreDocument } = await import('../faces/score/score-document.js');
  const { scoreTable } = await import('../faces/score/score-table.js');
  const { scoreStrip, stripFormat } = await import('../faces/score/score-strip.js');
  const format = out === undefined ? null : stripFormat(out);
  const [references, pictures, trained] = await Promise.all(
    [reference, images, training].map(async (paths) => (paths.length === 0 ? [] : await picturesAt(paths))),
  );
  const chosen = await openEmbedders(embedder.flatMap((names) => names.split(',')));
  const measured: MeasuredSet[] = [];
  for (const { engine } of chosen)
    measured.push(await measure(engine, { references, images: pictures, training: trained }));
  const [first, second] = measured;
  const document = scoreDocument(
    first,
    chosen.map(({ provenance }) => provenance),
    second,
  );
  if (out !== undefined && format !== null) await writeOut(out, await scoreStrip(document, format));
  if (json) printJson(document);
  else process.stdout.write(plain(scoreTable(document)));
}

/** Names, licences and files are checked before anything is measured. */
async function openEmbedders(names: string[]) {
  if (names.length > 2) throw new UsageError('Give at most two embedders: one to measure and one to cross-check.');
  const { openEmbedder } = await import('../faces/index.js');
  const opened = [];
  for (const name of names) opened.push(await openEmbedder(name, { onProgress: say }));
  return opened;
}

async function measure(
  engine: Awaited<ReturnType<typeof openEmbedders>>[number]['engine'],
  input: ScoreSetInput,
): Promise<MeasuredSet> {
  const { PictureError } = await import('../faces/index.js');
  const { scoreSet } = await import('../faces/score/score-set.js');
  const set = await scoreSet(engine, input);
  if (set.references.some(({ faces }) => faces > 0)) return { embedder: engine.embedder, set };
  const { references } = input;
  const [only] = set.references;
  const of = references.length === 1 ? references[0] : `any of the ${references.length} references`;
  throw new PictureError(
    'unreadable',
    references.length === 1 && only.error ? only.error : `No face found in ${of}, so there is nothing to compare with.`,
  );
}

async function writeOut(path: string, picture: Buffer): Promise<void> {
  const { PictureError } = await import('../faces/index.js');
  try {
    await writeFile(path, picture);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new PictureError('unreadable', `${path} can't be written (${code}): give another --out.`, {
      cause: error,
    });
  }
}
