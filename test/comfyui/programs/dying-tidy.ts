// `node --import tsx dying-tidy.ts LORAS_DIR`: tidies a folder of LoRAs whose users are all released, and kills itself
// before its second removal.
import { syncBuiltinESMExports } from 'node:module';
import files from 'node:fs/promises';
import { silent } from '../../../src/comfyui/options.js';
import { tidyLoras } from '../../../src/comfyui/lora-tidy.js';

const { rm } = files;
let removals = 0;
files.rm = async (...words) => {
  if (++removals === 2) process.kill(process.pid, 'SIGKILL');
  await rm(...words);
};
syncBuiltinESMExports();
await tidyLoras(process.argv[2], async () => true, silent);
