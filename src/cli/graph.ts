import type { Command } from 'commander';

/** Commands about graphs of one's own; they need no Temporal. */
export function registerGraphCommand(program: Command): void {
  program
    .command('graph')
    .description('check your own ComfyUI graphs')
    .command('check')
    .description('check whether AZIT can use a graph in API format, and what a ComfyUI lacks for it')
    .argument('<file>', 'the graph, exported from ComfyUI in API format')
    .option('--comfyui <url>', 'also check whether this ComfyUI has its nodes and models')
    .option(
      '--header <header...>',
      "a header for each request to ComfyUI, as 'Name: value', or @FILE with one per line",
    )
    .option('--json', 'print the findings as JSON')
    .action(async (file: string, options: { comfyui?: string; header?: string[]; json?: boolean }) => {
      const { graphCheckCommand } = await import('./graph-check.js');
      process.exitCode = await graphCheckCommand(file, options);
    });
}
