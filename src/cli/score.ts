import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';

interface ScoreFlags {
  reference: string[];
  images: string[];
  training?: string;
  json?: boolean;
  out?: string;
}

/** `azit score`: how like a set of references each picture is. Writes nothing but what `--out` names. */
export function registerScoreCommand(program: Command): void {
  program
    .command('score')
    .description('measure faces and their likeness to reference pictures')
    .requiredOption('--reference <path...>', 'pictures, or folders of them, of the person')
    .requiredOption('--images <path...>', 'pictures, or folders of them, to score')
    .option('--training <folder>', 'pictures trained on: tells the likeness to the nearest one')
    .option('--json', 'print one JSON document')
    .option('--out <file>', 'also write the JSON document to a file')
    .action(score);
}

async function score({ reference, images, training, json = false, out }: ScoreFlags): Promise<void> {
  const { compareBatch, createFaceEngine, ensureModels, fromFile, PictureError } = await import('../identity/index.js');
  const { picturesAt } = await import('../identity/picture-files.js');
  const { scoreDocument } = await import('../identity/score-document.js');
  const { scoreTable } = await import('../identity/score-table.js');
  const [references, pictures, trained] = await Promise.all(
    [reference, images, training ? [training] : []].map(picturesAt),
  );
  const modelsDir = await ensureModels({ onProgress: (sentence) => process.stderr.write(`${sentence}\n`) });
  const comparison = await compareBatch(await createFaceEngine({ modelsDir }), {
    images: pictures.map(fromFile),
    references: references.map(fromFile),
    training: trained.map(fromFile),
  });
  if (comparison.references.every(({ faces }) => faces === 0)) {
    const [first] = comparison.references.flatMap(({ error }) => error ?? []);
    const of = references.length === 1 ? references[0] : `any of the ${references.length} references`;
    throw new PictureError(
      'unreadable',
      first && references.length === 1 ? first : `No face found in ${of}: nothing to compare with.`,
    );
  }
  const document = scoreDocument(comparison, trained.length > 0);
  const text = `${JSON.stringify(document, null, 2)}\n`;
  if (out) await writeOut(out, text);
  process.stdout.write(json ? text : scoreTable(document));
}

async function writeOut(path: string, text: string): Promise<void> {
  const { PictureError } = await import('../identity/index.js');
  try {
    await writeFile(path, text);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new PictureError('unreadable', `${path} can't be written (${code}): give --out another place.`, {
      cause: error,
    });
  }
}
