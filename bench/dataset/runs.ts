import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The demo with prompts for clothes and places that the portrait does not show. Each round: another person and training. */
function projectOf(vary: boolean, round: number): string {
  const demo = readFileSync(new URL('../../examples/demo.yaml', import.meta.url), 'utf8');
  const prompts = [
    'blue denim shirt, plain green background',
    'red coat, on a city street',
    'black turtleneck, plain orange background',
    'yellow blouse, beach',
  ];
  const sweep = prompts
    .map((words, at) => `    - { id: other-${at}, text: 'photo of [trigger], ${words}, bust shot' }\n`)
    .join('');
  return demo
    .replace(/ {2}prompts:\n[\s\S]*?\n\n(?=editorial)/, `  prompts:\n${sweep}\n`)
    .replace(/steps: \[[^\]]*\]/, 'steps: [3000]')
    .replace(/images: 8/, 'images: 1')
    .replace(/seed: 7\b/, `seed: ${7 + round}`)
    .replace(/seed: 42\b/, `seed: ${42 + round}`)
    .replace(/( {2}heldOut: 6)/, vary ? '$1\n  vary: true' : '$1');
}

/** A whole run. @returns its report's folder */
export function run(folder: string, vary: boolean, round: number): string {
  const name = `${vary ? 'varied' : 'plain'}-${round}`;
  writeFileSync(join(folder, `${name}.yaml`), projectOf(vary, round));
  const azit = new URL('../../bin/azit.js', import.meta.url).pathname;
  execFileSync(process.execPath, [azit, 'run', `${name}.yaml`, '--id', name, '--out', name], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return join(folder, name);
}
