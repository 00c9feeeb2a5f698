// Opt-in (`npm run test:install`, minutes): the packed tarball, installed as people install it, runs a project.
import assert from 'node:assert/strict';
import { chmod, mkdir, readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { removeTemporaryFolders, temporaryFolder } from '../support/folder.js';

const project = `azit: 1
name: installed
trigger: zqx
anchor: { prompt: portrait photo of a woman, candidates: 1 }
canonical: { candidates: 1 }
dataset: { yaw: [-30, 0, 30], pitch: [0], distances: [close], expressions: [neutral], heldOut: 2 }
training: { steps: 40, saveEvery: 20, rank: 4 }
sweep: { steps: [20, 40], seeds: 1, prompts: ['portrait of [trigger]'] }
editorial: { images: 1, prompts: ['portrait of [trigger]'] }
`;

/** What every GPU box has, and what makes some packages fetch more than the registry gives. */
async function withNvcc(): Promise<NodeJS.ProcessEnv> {
  const folder = await temporaryFolder({ nvcc: '#!/bin/sh\necho "Cuda compilation tools, release 12.4, V12.4.131"\n' });
  await chmod(join(folder, 'nvcc'), 0o755);
  return { PATH: [folder, process.env.PATH].join(delimiter) };
}

const withoutNvcc = (): NodeJS.ProcessEnv => ({
  PATH: (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !/cuda/.test(folder))
    .join(delimiter),
});

describe('install: the packed tarball', function () {
  this.timeout(1_200_000);
  let tarball: string;

  before(async () => {
    const folder = await temporaryFolder();
    await execa('npm', ['pack', '--ignore-scripts', '--pack-destination', folder]);
    tarball = join(folder, (await readdir(folder))[0]);
  });
  after(removeTemporaryFolders);

  it('installs where nvcc is, with no flag, and runs a project to its report', async () => {
    const cwd = await temporaryFolder({ 'package.json': '{"name":"mine","version":"1.0.0"}', 'azit.yaml': project });
    const env = await withNvcc();
    await execa('npm', ['install', tarball], { cwd, env });
    const { stdout } = await execa('npx', ['azit', 'run', 'azit.yaml', '--json'], { cwd, env });
    assert.equal((JSON.parse(stdout) as { state: string }).state, 'completed');
  });

  it('installs globally where nvcc is not', async () => {
    const prefix = await temporaryFolder();
    const env = withoutNvcc();
    await execa('npm', ['install', '--global', '--prefix', prefix, tarball], { cwd: prefix, env });
    const { stdout } = await execa(join(prefix, 'bin', 'azit'), ['schema'], { cwd: prefix, env });
    assert.equal((JSON.parse(stdout) as { title: string }).title, 'AZIT project');
  });

  it('npm ci --omit=dev in a checkout ends with a command that works', async () => {
    const clone = join(await temporaryFolder(), 'a checkout');
    await mkdir(clone);
    await execa('git', ['clone', '--quiet', process.cwd(), clone]);
    const env = await withNvcc();
    await execa('npm', ['ci', '--omit=dev'], { cwd: clone, env });
    const { stdout } = await execa(process.execPath, ['bin/azit.js', 'plan', 'examples/demo.yaml'], {
      cwd: clone,
      env,
    });
    assert.match(stdout, /01 Anchor/);
  });
});
