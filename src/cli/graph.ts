import type { Command } from 'commander';

/** Commands about graphs of one's own; they need no Temporal. */
export function registerGraphCommand(program: Command): void {
  program
    .command('graph')
    .description('your own ComfyUI graphs')
    .command('check')
    .description('say what keeps a graph in API format from being used, and what a ComfyUI lacks for it')
    .argument('<file>', 'graph, exported in API format')
    .option('--comfyui <url>', 'also look whether this ComfyUI has its nodes and models')
    .option('--header <header...>', "a header for each request to it, as 'Name: value', or @FILE with one a line")
    .option('--json', 'print what was found as JSON')
    .action(async (file: string, options: { comfyui?: string; header?: string[]; json?: boolean }) => {
      const { graphCheckCommand } = await import('./graph-check.js');
      process.exitCode = await graphCheckCommand(file, options);
    });
}
