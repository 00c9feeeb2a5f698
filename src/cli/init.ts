import { open } from 'node:fs/promises';
import { exitCodes } from './exit-codes.js';
import { printResult, UsageError } from './output.js';

const startingFile = `# An AZIT project: what you want, not where it runs. \`azit schema\` prints the JSON Schema.
azit: 1
name: mina                  # letters, digits, spaces, dots, hyphens, underscores
model: sandbox              # the embedded engine: runs on any laptop
# trigger: mnaz             # the word that the LoRA learns (default: derived from the name)

anchor:                     # the first face: generate it from a prompt ...
  prompt: portrait photo of a young korean woman, long black hair, brown eyes, soft studio light
  # candidates: 8
  # seed: 7
  # image: ./me.jpg         # ... or start from a photo (and remove \`prompt\`)
  # consent: who agreed to the use of the photo, and when

# dataset:
#   yaw: [-60, -30, 0, 30, 60]
#   pitch: [-15, 0, 15]
#   distances: [close, bust, half]
#   expressions: [neutral, smile, open]
#   heldOut: 6              # images kept out of training, for scoring
#   images: ./faces         # your own images: starts at training (and remove \`anchor\`)

# training:
#   steps: 3000
#   saveEvery: 200
#   rank: 16
#   seed: 42

# sweep:                    # which checkpoints are compared (default: the last five)
#   steps: [2200, 2400, 2600, 2800, 3000]
#   seeds: 3
#   prompts:
#     - { id: base, text: "portrait photo of [trigger], front view" }

# editorial:
#   images: 8
#   prompts:
#     - "K-Pop editorial of [trigger], leather jacket, neon light"

# approvals: [anchor]       # any of anchor, canonical, dataset, checkpoint: the run waits for you there
`;

/** Never writes over a file that is there. */
export async function initCommand(path: string): Promise<number> {
  try {
    const file = await open(path, 'wx');
    await file.writeFile(startingFile);
    await file.close();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw new UsageError(`${path} already exists: name another file.`);
    if (code === 'ENOENT') throw new UsageError(`The folder of ${path} does not exist: create it first.`);
    throw new UsageError(`${path} can't be written (${code}): name another file.`);
  }
  printResult(path);
  return exitCodes.done;
}
