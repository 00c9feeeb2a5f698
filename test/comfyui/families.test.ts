import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { link, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serializeSafetensors } from '../support/safetensors.js';
import { fillGraph, loadFamilyGraph, promptIdOf, readPixels, type ApiGraph } from '../../src/comfyui/index.js';
import { editorOf, servedEditors } from '../../src/project/families/editors.js';
import { families, familyNames, type FamilyName } from '../../src/project/families/index.js';
import type { GraphKind, ViewRequest } from '../../src/project/families/family.js';
import { withModelFiles } from '../../src/project/model-files.js';
import { overrideProblems } from '../../src/project/ai-toolkit-override.js';
import { startRig, type Rig } from './rig.js';

const kinds: GraphKind[] = ['text-to-image', 'text-to-image-lora', 'edit'];
const size = { width: 64, height: 64 };
const valuesOf = (kind: GraphKind) => ({
  prompt: 'a face',
  negative: 'no hat',
  seed: 3,
  size,
  image: kind === 'edit' ? 'anchor.png' : undefined,
  lora: kind === 'text-to-image-lora' ? { name: 'mina.safetensors', strength: 0.5 } : undefined,
});
const everyGraph = familyNames.flatMap((family) => kinds.map((kind) => ({ family, kind })));
/** Without guidance there is no negative prompt. */
const unguided = ['flux1-dev', 'z-image', 'z-image-de-turbo', 'z-image-turbo', 'krea2'];
const hasNegative = (family: FamilyName, kind: GraphKind): boolean =>
  !unguided.includes(family) || (kind === 'edit' && family !== 'flux1-dev');
const view: ViewRequest = { yaw: 30, pitch: 0, distance: 'close', expression: 'neutral' };

const isLink = (value: unknown): value is [string, number] =>
  Array.isArray(value) && value.length === 2 && typeof value[0] === 'string' && typeof value[1] === 'number';

/** Ids of all nodes that the saved picture depends on. */
function reached(graph: ApiGraph, id: string, seen = new Set<string>()): Set<string> {
  if (seen.has(id)) return seen;
  seen.add(id);
  assert.ok(graph[id], `a link leads to ${id}, which is not there`);
  for (const value of Object.values(graph[id].inputs)) if (isLink(value)) reached(graph, value[0], seen);
  return seen;
}

describe('model families', () => {
  for (const { family, kind } of everyGraph) {
    it(`${family} ${kind}: every link resolves, every node counts, every value arrives`, async () => {
      const graph = fillGraph(await loadFamilyGraph(family, kind), valuesOf(kind));
      const [save, ...others] = Object.keys(graph).filter((id) => graph[id].class_type === 'SaveImage');
      assert.deepEqual(others, []);
      assert.deepEqual([...reached(graph, save)].sort(), Object.keys(graph).sort());
      const text = JSON.stringify(graph);
      assert.match(text, /"a face"/);
      assert.match(text, /"(noise_)?seed":3\b/);
      assert.equal(/mina\.safetensors.*"strength_model":0\.5/.test(text), kind === 'text-to-image-lora');
      assert.equal(text.includes('anchor.png'), kind === 'edit');
      if (kind !== 'edit') assert.match(text, /"width":64,"height":64/);
      assert.equal(text.includes('no hat'), hasNegative(family, kind));
    });
  }

  for (const editor of servedEditors)
    it(`the editor ${editor}: every link resolves, the values and the model files arrive`, async () => {
      const files = Object.fromEntries(
        Object.keys(editorOf(editor).modelFiles).map((role) => [role, `own-${role}.sft`]),
      );
      const graph = fillGraph(withModelFiles(await loadFamilyGraph(editor, 'edit'), editor, files), valuesOf('edit'));
      const save = Object.keys(graph).find((id) => graph[id].class_type === 'SaveImage');
      assert.deepEqual([...reached(graph, save ?? '')].sort(), Object.keys(graph).sort());
      const text = JSON.stringify(graph);
      assert.match(text, /"a face"/);
      assert.match(text, /"(noise_)?seed":3\b/);
      assert.ok(text.includes('anchor.png') && !text.includes('.safetensors'), text);
    });

  for (const family of Object.values(families)) {
    it(`${family.name}: the trainer knows each key of its preset, which it would ignore otherwise`, () => {
      const { process } = family.training.trainers['ai-toolkit'];
      // What a preset may fetch, a project file may not.
      const fetched = /names a file to download|model\.(assistant_lora_path|extras_name_or_path)' is set by the worker/;
      const problems = overrideProblems(process).filter(({ message }) => !fetched.test(message));
      assert.deepEqual(problems, []);
    });

    it(`${family.name}: every model file of its graphs has a role, by which a worker can rename it`, async () => {
      const name = family.name as FamilyName;
      const files = Object.fromEntries(Object.keys(family.modelFiles).map((role) => [role, `own-${role}.sft`]));
      let text = '';
      for (const kind of kinds) {
        const graph = withModelFiles(await loadFamilyGraph(name, kind), name, files);
        text += JSON.stringify(graph);
      }
      assert.doesNotMatch(text, /\.safetensors/);
      for (const role of Object.keys(family.modelFiles)) assert.ok(text.includes(`"own-${role}.sft"`), role);
    });

    it(`${family.name}: other views are asked and captioned in other words`, () => {
      const views = [view, { ...view, yaw: -30 }, { ...view, pitch: 15 }, { ...view, distance: 'half' as const }];
      for (const words of [family.viewPrompt, family.caption])
        assert.equal(new Set(views.map((one) => words(one))).size, views.length);
    });

    it(`${family.name}: what redraws says how much, less at each retry; what edits leaves its graph alone`, () => {
      const { edits, editDenoise = [] } = family;
      assert.equal(editDenoise.length === 0, edits);
      assert.deepEqual(
        [...editDenoise],
        [...new Set(editDenoise)].sort((a, b) => b - a),
      );
    });
  }

  describe('without an editing model', () => {
    let rig: Rig;
    before(async () => {
      rig = await startRig();
    });
    after(() => rig.close());

    for (const family of ['sd15', 'sdxl', 'sd3'] as const) {
      it(`${family}: a server that has its checkpoint renders all three graphs`, async () => {
        const checkpoints = join(rig.folder, 'models', 'checkpoints');
        const { ckpt_name } = (await loadFamilyGraph(family, 'edit'))['1'].inputs as { ckpt_name: string };
        await link(join(checkpoints, 'sandbox.safetensors'), join(checkpoints, ckpt_name));
        await writeFile(
          join(rig.lorasDir, 'mina.safetensors'),
          serializeSafetensors(new Map([['a', { dtype: 'F32' as const, shape: [1], data: [1] }]])),
        );
        let image: string | undefined;
        for (const kind of kinds) {
          const values = { ...valuesOf(kind), ...(kind === 'edit' && { image, denoise: 0.5 }) };
          const graph = fillGraph(await loadFamilyGraph(family, kind), values);
          const { bytes } = await rig.client.render({ promptId: promptIdOf([family, kind]), graph });
          assert.ok(await readPixels(bytes));
          image ??= await rig.client.uploadImage(bytes, createHash('sha256').update(bytes).digest('hex'));
        }
      });
    }

    it('the denoise of a retry reaches the sampler', async () => {
      const graph = fillGraph(await loadFamilyGraph('sdxl', 'edit'), { ...valuesOf('edit'), denoise: 0.55 });
      assert.match(JSON.stringify(graph), /"denoise":0\.55/);
    });
  });

  it('qwen-image asks for views in the words of its multiple-angles LoRA', () => {
    const asked = (yaw: number, pitch: number): string =>
      families['qwen-image'].viewPrompt({ ...view, yaw, pitch }).split('. ')[0];
    assert.equal(asked(0, 0), '<sks> front view eye-level shot close-up');
    assert.equal(asked(-60, -15), '<sks> front-left quarter view elevated shot close-up');
    assert.equal(asked(90, 15), '<sks> right side view low-angle shot close-up');
  });
});
