import assert from 'node:assert/strict';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { azit } from '../support/command.js';
import { temporaryFolder } from '../support/folder.js';

const sound = {
  python: '3.11.7',
  libraries: { torch: '2.13.0', diffusers: '0.39.0', bitsandbytes: null },
  importError: null,
  gpus: [{ name: 'NVIDIA RTX 4090', totalBytes: 24 * 2 ** 30, freeBytes: 20 * 2 ** 30 }],
  archs: ['flux', 'wan21'],
  cached: { 'black-forest-labs/FLUX.1-dev/model_index.json': true },
};

describe('azit doctor --aitoolkit', () => {
  let folder: string;
  let aitoolkit: string;
  before(async () => {
    folder = await temporaryFolder();
    aitoolkit = join(folder, 'ai-toolkit');
    await mkdir(join(aitoolkit, 'base'), { recursive: true });
    await writeFile(join(aitoolkit, 'run.py'), '');
    await writeFile(join(aitoolkit, 'version.py'), 'VERSION = "0.12.26"\n');
  });

  /** Stands for a Python: a real one with ai-toolkit's 2 GB of libraries is the contract suite's affair. */
  const pythonThatSays = async (name: string, answer: object) => {
    const path = join(folder, name);
    await writeFile(path, `#!/bin/sh\necho noise\ncat <<'END'\nAZIT-PROBE ${JSON.stringify(answer)}\nEND\n`);
    await chmod(path, 0o755);
    return path;
  };
  const doctor = (...words: string[]) => azit(folder, ['doctor', '--aitoolkit', aitoolkit, ...words]);

  it('says version, libraries, GPU, which families can be trained, and the disk for their checkpoints', async () => {
    const { code, stdout } = await doctor('--python', await pythonThatSays('sound', sound));
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^ok +ai-toolkit: version 0\.12\.26/m);
    assert.match(stdout, /^ok +Python 3\.11\.7, .*: torch 2\.13\.0, diffusers 0\.39\.0$/m);
    assert.match(stdout, /^ok +GPU: NVIDIA RTX 4090, 24\.0 GiB, 20\.0 GiB free$/m);
    assert.match(
      stdout,
      /^ok +flux1-dev: base model black-forest-labs\/FLUX\.1-dev, cached \(FLUX\.1 \[dev\] Non-Commercial License: no commercial use\)$/m,
    );
    assert.match(
      stdout,
      /^missing +sd3: stabilityai\/\S+ missing from the Hugging Face cache\. Run `hf download stabilityai\/\S+` \(accept its licence there first\), or/m,
    );
    // Nobody is asked to accept what is not gated.
    assert.match(stdout, /^missing +sdxl: .* Run `hf download stabilityai\/\S+`, or give/m);
    assert.match(stdout, /^missing +qwen-image: this ai-toolkit has no architecture qwen_image\. Update ai-toolkit/m);
    assert.match(stdout, /^ok +disk: 15 checkpoints of \S+ at rank 16 need .* free$/m);
  });

  it('a library is missing: names it, and the command that installs it', async () => {
    const importError = "ModuleNotFoundError: No module named 'lycoris'";
    const python = await pythonThatSays('bare', { ...sound, importError, gpus: [] });
    const { code, stdout } = await doctor('--python', python, '--family', 'flux1-dev');
    assert.equal(code, 4);
    assert.match(
      stdout,
      /No module named 'lycoris'; not installed: bitsandbytes\. Run `.*bare -m pip install -r .*requirements\.txt`/,
    );
    assert.match(stdout, /^missing +GPU: PyTorch finds none\. Install NVIDIA's driver/m);
  });

  it("a family that can't be trained is the worker's own: not sound, until its folder is named", async () => {
    const python = await pythonThatSays('sound', sound);
    assert.equal((await doctor('--python', python, '--family', 'sd3')).code, 4);
    const project = join(folder, 'azit.yaml');
    await writeFile(project, 'name: mina\nmodel: sd3\ntrigger: mina2\nanchor: { prompt: a woman }\n');
    const named = await doctor(
      '--python',
      python,
      '--family',
      'sd3',
      '--model-file',
      `base=${join(aitoolkit, 'base')}`,
      '--project',
      project,
    );
    assert.equal(named.code, 0, named.stdout);
    assert.match(named.stdout, /^warning +trigger: mina2 contains digits.* Better: \w+, \w+, \w+$/m);
    assert.match(named.stdout, /^ok +GPU memory: NVIDIA RTX 4090 has 24\.0 GiB; .*train_lora_sd35_large_24gb\.yaml/m);
  });

  it('passes over an editor beside a family, and says that an editor alone is not trained', async () => {
    const python = await pythonThatSays('sound', sound);
    const both = await doctor('--python', python, '--family', 'flux1-dev', '--family', 'klein-4b');
    assert.match(both.stdout, /flux1-dev/);
    assert.doesNotMatch(both.stdout + both.stderr, /klein/);
    const alone = await doctor('--python', python, '--family', 'klein-4b');
    assert.equal(alone.code, 2);
    assert.match(alone.stderr, /^klein-4b edits images and trains nothing: name a family that is trained/);
  });

  it('no ai-toolkit, and no Python: says which, for a program too', async () => {
    const none = await azit(folder, ['doctor', '--aitoolkit', folder, '--json']);
    assert.equal(none.code, 4);
    const { checks } = JSON.parse(none.stdout) as { checks: { found: string }[] };
    assert.match(checks[0].found, /^no run\.py in /);
    assert.match((await doctor('--python', '/no/python')).stdout, /it can't be started \(ENOENT\).*--python PATH/);
  });
});
