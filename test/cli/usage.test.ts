import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { azit } from '../support/command.js';
import { temporaryFolder } from '../support/folder.js';

const demo = fileURLToPath(new URL('../../examples/demo.yaml', import.meta.url));
const wrong = 'nam: mina\nanchor: { prompt: x }\ntraining: { steps: many }\n';
const sdxl = 'name: mina\nmodel: sdxl\nanchor: { prompt: x }\n';

interface Case {
  title: string;
  words: string[];
  code: number;
  stderr?: RegExp;
  env?: NodeJS.ProcessEnv;
}

const cases: Case[] = [
  { title: 'no command', words: [], code: 2, stderr: /Usage: azit/ },
  { title: 'an unknown command', words: ['rnu', 'azit.yaml'], code: 2, stderr: /unknown command 'rnu'.*run/s },
  { title: 'an unknown option', words: ['run', 'azit.yaml', '--ot', 'x'], code: 2, stderr: /unknown option '--ot'/ },
  { title: 'a missing argument', words: ['run'], code: 2, stderr: /missing required argument 'file'/ },
  {
    title: 'a file that is not there',
    words: ['run', 'no.yaml'],
    code: 2,
    stderr: /^There is no project file no\.yaml/,
  },
  {
    title: 'a wrong file',
    words: ['run', 'wrong.yaml'],
    code: 2,
    stderr: /^wrong\.yaml:3:20: 'training\.steps'.*\nwrong\.yaml:1:1: 'nam' is/m,
  },
  {
    title: 'an id that can leave folders',
    words: ['status', '../x'],
    code: 2,
    stderr: /is not a valid run id|no run/,
  },
  { title: 'a run that was never started', words: ['status', 'none'], code: 2, stderr: /no run with the id 'none'/ },
  { title: 'a decision on no run', words: ['resume', 'none'], code: 2, stderr: /no run with the id 'none'/ },
  {
    title: 'a missing option',
    words: ['studio', 'users', 'add', 'mina'],
    code: 2,
    stderr: /--role.*\n\(azit studio users add --help shows how to use it\)/,
  },
  { title: 'an unknown gate', words: ['approve', 'x', '--gate', 'ancor'], code: 2, stderr: /There is no gate 'ancor'/ },
  {
    title: 'a step that is no number',
    words: ['choose', 'x', '--step', 'two'],
    code: 2,
    stderr: /'two' is not a whole number/,
  },
  { title: 'an unknown role', words: ['worker', '--role', 'paint'], code: 2, stderr: /There is no role 'paint'/ },
  {
    title: 'a header given twice, of which one would be lost',
    words: ['doctor', '--comfyui', 'http://127.0.0.1:1', '--header', 'Cookie: secret', '--header', 'cookie: b=2'],
    code: 2,
    stderr: /^--header gives cookie twice(?!.*secret)/,
  },
  {
    title: 'a renderer without a server',
    words: ['worker', '--role', 'render'],
    code: 2,
    stderr: /--comfyui or AZIT_COMFYUI/,
  },
  {
    title: 'a server that is no address',
    words: ['worker', '--role', 'render', '--comfyui', 'localhost'],
    code: 2,
    stderr: /'localhost' is not the URL of a ComfyUI/,
  },
  {
    title: 'a password in the address of a server',
    words: ['worker', '--role', 'render', '--comfyui', 'http://me:secret@localhost'],
    code: 2,
    stderr: /^Don't put credentials .*--header(?!.*secret)/,
  },
  {
    title: 'a header that HTTP takes nowhere',
    words: ['doctor', '--comfyui', 'http://localhost', '--header', 'X-Key: 10 €'],
    code: 2,
    stderr: /^--header X-Key holds a character/,
  },
  {
    title: 'a trainer without its folder',
    words: ['worker', '--role', 'train'],
    code: 2,
    stderr: /--aitoolkit or AZIT_AITOOLKIT/,
  },
  {
    title: 'a folder that is not ai-toolkit',
    words: ['worker', '--role', 'train', '--aitoolkit', '.'],
    code: 2,
    stderr: /There is no run\.py/,
  },
  {
    title: 'a trainer command that is no list',
    words: ['worker', '--role', 'train', '--trainer-command', 'run.py'],
    code: 2,
    stderr: /JSON list/,
  },
  {
    title: 'an unknown family',
    words: ['worker', '--role', 'identity', '--family', 'sd99'],
    code: 2,
    stderr: /no model family 'sd99'/,
  },
  {
    title: 'a family that the embedded default cannot serve, with what to start for it,',
    words: ['run', 'sdxl.yaml'],
    code: 2,
    stderr: /only sandbox: for sdxl start `azit up.*--role render --family sdxl.*--role train --family sdxl/,
  },
  {
    title: 'a home that is a file',
    words: ['start', 'sdxl.yaml'],
    code: 4,
    stderr: /wrong\.yaml (is a file|Could not create).*set AZIT_HOME to another folder/,
    env: { AZIT_HOME: 'wrong.yaml' },
  },
  {
    title: 'a project file for a folder that is not there',
    words: ['init', 'no/where.yaml'],
    code: 2,
    stderr: /^The folder of no\/where\.yaml does not exist: create it first/,
  },
  { title: 'a folder without a report', words: ['verify', '.'], code: 2, stderr: /report\.json/ },
  {
    title: 'a Temporal that does not answer',
    words: ['status'],
    code: 4,
    stderr: /^No Temporal server responds at 127\.0\.0\.1:1/,
    env: { TEMPORAL_ADDRESS: '127.0.0.1:1' },
  },
  {
    title: 'the embedded server beside a configured one',
    words: ['up'],
    code: 2,
    stderr: /The environment names a Temporal server/,
    env: { TEMPORAL_ADDRESS: '127.0.0.1:1' },
  },
];

describe('azit', () => {
  for (const { title, words, code, stderr, env } of cases)
    it(`answers ${title} with exit code ${code} and a sentence on stderr, and starts nothing`, async () => {
      const folder = await temporaryFolder({ 'wrong.yaml': wrong, 'sdxl.yaml': sdxl });
      const end = await azit(folder, words, env);
      assert.equal(end.code, code, end.stderr);
      assert.equal(end.stdout, '');
      if (stderr) assert.match(end.stderr, stderr);
      assert.doesNotMatch(end.stderr, /^\s+at /m);
      assert.ok(!existsSync(join(folder, '.azit')));
    });

  it('lists no runs where none was started, and starts no server to find out', async () => {
    const folder = await temporaryFolder();
    assert.deepEqual(await azit(folder, ['status', '--json']), { code: 0, stdout: '[]\n', stderr: '' });
    assert.ok(!existsSync(join(folder, '.azit')));
  });

  it('writes a project to start from that is sound, and never over one that is there', async () => {
    const folder = await temporaryFolder();
    const first = await azit(folder, ['init']);
    assert.deepEqual([first.code, first.stdout], [0, 'azit.yaml\n']);
    const plan = await azit(folder, ['plan', 'azit.yaml', '--json']);
    assert.deepEqual([plan.code, plan.stderr], [0, '']);
    const second = await azit(folder, ['init']);
    assert.equal(second.code, 2);
    assert.match(second.stderr, /azit\.yaml already exists/);
  });

  it('plans to sell what the licence of the model forbids to sell', async () => {
    const project = 'name: mina\nmodel: flux1-dev\ntrigger: mnaz\nanchor: { prompt: a woman }\n';
    const folder = await temporaryFolder({ 'azit.yaml': project });
    const refused = await azit(folder, ['plan', 'azit.yaml', '--commercial']);
    assert.deepEqual([refused.code, refused.stdout], [2, '']);
    assert.match(
      refused.stderr,
      /FLUX\.1-dev may not be used commercially.*\n.*Kontext.*\nChoose another model: .*qwen-image/,
    );
    const plain = await azit(folder, ['plan', 'azit.yaml'], { HF_HOME: folder });
    assert.match(
      plain.stdout,
      /^trigger: not checked by its tokens: no CLIP tokenizer of black-forest-labs\/FLUX\.1-dev/m,
    );
    assert.match(plain.stdout, /^base files: this machine has no Hugging Face cache/m);
    assert.match(plain.stdout, /licence of black-forest-labs\/FLUX\.1-dev: FLUX\.1 \[dev\] Non-Commercial License/);
  });

  it('takes what a fresh run is to do again behind an equals sign alone, and names the stages', async () => {
    const folder = await temporaryFolder();
    const wrong = await azit(folder, ['run', '--fresh=nope', 'none.yaml']);
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /nope.*Choose one of all, anchor, .*training, editorial, sweep/);
    for (const fresh of ['--fresh', '--fresh=training']) {
      const { code, stderr } = await azit(folder, ['run', fresh, 'none.yaml']);
      assert.equal(code, 2);
      assert.match(stderr, /none\.yaml/);
    }
  });

  it('plans the demo in its numbers', async () => {
    const { stdout } = await azit(await temporaryFolder(), ['plan', demo, '--json']);
    const plan = JSON.parse(stdout) as { stages: { id: string; pictures: number }[]; steps: number; runId: string };
    const pictures = Object.fromEntries(plan.stages.map(({ id, pictures: count }) => [id, count]));
    assert.equal(plan.steps, 3000);
    assert.equal(pictures['01-anchor'], 8);
    assert.equal(pictures['03-views-i'], 15);
    // No LoRA, five checkpoints and the one for the guards.
    assert.equal(pictures['sweep'], 84);
    assert.match(plan.runId, /^mina-[0-9a-f]{8}$/);
  });

  it('says in the plan that a family redraws, and what to start for it', async () => {
    const folder = await temporaryFolder({ 'sdxl.yaml': sdxl });
    const { stdout } = await azit(folder, ['plan', 'sdxl.yaml', '--json']);
    const { notes } = JSON.parse(stdout) as { notes: string[] };
    assert.match(notes.join('\n'), /sdxl has no editing model.*\n.*azit up --port 7233/);
    const env = { TEMPORAL_ADDRESS: '127.0.0.1:1' };
    assert.doesNotMatch((await azit(folder, ['plan', 'sdxl.yaml'], env)).stdout, /azit up/);
  });

  it('warns in the plan of a sweep that can never choose, before hours of training', async () => {
    const steps = 'training: { steps: 400, saveEvery: 200 }\n';
    const notesOf = async (sweep: string): Promise<string> => {
      const yaml = `name: mina\nanchor: { prompt: x }\n${steps}sweep: ${sweep}\n`;
      const { code, stdout } = await azit(await temporaryFolder({ 'azit.yaml': yaml }), [
        'plan',
        'azit.yaml',
        '--json',
      ]);
      assert.equal(code, 0);
      return (JSON.parse(stdout) as { notes: string[] }).notes.join('\n');
    };
    assert.match(
      await notesOf('{ prompts: ["[trigger] smiles"], seeds: 1 }'),
      /never choose.* one prompt and one seed/,
    );
    assert.match(await notesOf('{ strength: 0 }'), /never choose.* sweep\.strength 0/);
    assert.match(await notesOf('{ steps: [400] }'), /^Only the checkpoint of step 400 is swept/);
    assert.equal(await notesOf('{ prompts: ["[trigger] smiles"], seeds: 2 }'), '');
  });

  it('prints a JSON Schema that takes the demo and refuses a misspelt key', async () => {
    const { stdout, code } = await azit(await temporaryFolder(), ['schema']);
    assert.equal(code, 0);
    // An editor shows what a key means where it is written.
    assert.match(stdout, /"saveEvery": \{\s+"description": "steps between checkpoints/);
    const validate = new Ajv2020({ strict: false }).compile(JSON.parse(stdout) as object);
    const project = parse(await readFile(demo, 'utf8')) as Record<string, unknown>;
    assert.ok(validate(project), JSON.stringify(validate.errors));
    assert.ok(!validate({ ...project, trainig: {} }));
  });

  it('shows no control characters of an id or name to the terminal', async () => {
    const end = await azit(await temporaryFolder(), ['status', 'a\u001b[31mb']);
    assert.equal(end.code, 2);
    assert.ok(!end.stderr.includes('\u001b'));
  });
});
