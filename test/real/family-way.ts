import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createComfyClient, fillGraph, loadFamilyGraph, readPixels, type ApiGraph } from '../../src/comfyui/index.js';
import type { GraphKind } from '../../src/project/families/family.js';
import { withModelFiles } from '../../src/project/model-files.js';
import { azit } from '../support/command.js';
import { temporaryFolder } from '../support/folder.js';
import { realParts } from './parts.js';
import { ownPictures } from './project.js';
import { startRealRig, type RealRig } from './rig.js';
import { modelsDir, namesOf, tinyFamily, withFolded, type TinyFamily } from './tiny-family.js';

interface Report {
  checkpoints: { step: number }[];
  strips: { images: { sha256: string }[]; baseline: { sha256: string } }[];
  editorial: { path: string }[];
}

interface Evidence {
  base: { repository: string };
  renderedBy?: { repository: string };
}

/** What a family that is trained on `base` and rendered by `renderedBy` has to do with small random weights. */
export interface FamilyWay {
  title: string;
  tiny: TinyFamily;
  base: string;
  renderedBy?: string;
}

/** Declares the tests of a family's whole way on a real ai-toolkit and a real ComfyUI. */
export function familyWay({ title, tiny, base, renderedBy }: FamilyWay): void {
  (modelsDir === undefined ? describe.skip : describe)(
    modelsDir === undefined ? `${title}: set COMFYUI_MODELS_DIR, that ComfyUI's folder models, to run it` : title,
    function () {
      this.timeout(60 * 60_000);
      const models = modelsDir as string;
      const { name: family, modules } = tiny;
      const names = namesOf(tiny);
      const project = projectOf(tiny);
      let rig: RealRig;
      let folder: string;

      before(async () => {
        const parts = realParts();
        rig = await startRealRig(parts, await tinyFamily(tiny, parts, models));
        folder = await temporaryFolder({
          ...(await ownPictures()),
          'own.yaml': JSON.stringify(project),
          'text.json': JSON.stringify(await small(tiny, 'text-to-image')),
          'lora.json': JSON.stringify(await small(tiny, 'text-to-image-lora')),
        });
      });

      after(() => rig?.close());

      it('the whole way: trains, sweeps both checkpoints, and draws an editorial with the chosen one', async () => {
        const run = () => azit(folder, ['run', 'own.yaml', '--id', family, '--out', 'report'], rig.environment);
        const waiting = await run();
        assert.equal(waiting.code, 3, waiting.stderr);
        assert.match(await rig.trainerLog(), new RegExp(`create LoRA for U-Net: ${modules} modules`));
        const chosen = await azit(folder, ['choose', family, '--step', '10'], rig.environment);
        assert.equal(chosen.code, 0, chosen.stderr);
        const ended = await run();
        assert.equal(ended.code, 0, ended.stderr);
        assert.equal((await azit(folder, ['verify', 'report'])).code, 0);

        const report = JSON.parse(await readFile(join(folder, 'report', 'report.json'), 'utf8')) as Report;
        assert.deepEqual(
          report.checkpoints.map(({ step }) => step),
          [10, 20],
        );
        assert.equal(report.editorial.length, 1);
        const [{ images, baseline }] = report.strips;
        assert.equal(new Set([baseline, ...images].map(({ sha256 }) => sha256)).size, 3);
      });

      it('a longer training goes on from the LoRA that was saved last', async () => {
        const longer = { ...project, training: { ...project.training, steps: 30 }, approvals: [] };
        await writeFile(
          join(folder, 'own.yaml'),
          JSON.stringify({ ...longer, sweep: { ...project.sweep, steps: [30] } }),
        );
        const before = (await rig.trainerLog()).length;
        const { code, stderr } = await azit(folder, ['run', 'own.yaml', '--id', 'longer'], rig.environment);
        assert.equal(code, 0, stderr);
        const log = (await rig.trainerLog()).slice(before);
        assert.match(log, /Found step 20 in metadata, starting from there\n[^]*Loading optimizer state from /);
        assert.deepEqual(log.match(/Saving at step \d+/g), ['Saving at step 30']);
      });

      it('golden: the LoRA, loaded by the graph of the family, gives the pixels of a model that has it in its weights', async () => {
        const exported = await azit(folder, ['export', family, '--step', '20', '--out', 'lora'], rig.environment);
        assert.equal(exported.code, 0, exported.stderr);
        const lora = join(folder, 'lora', `${family}-20.safetensors`);
        const evidence = JSON.parse(await readFile(join(folder, 'lora', 'evidence.json'), 'utf8')) as Evidence;
        assert.deepEqual([evidence.base.repository, evidence.renderedBy?.repository], [base, renderedBy]);

        const { comfyUrl, lorasDir } = rig.parts;
        const client = createComfyClient({ baseUrl: comfyUrl, lorasDir });
        /** By the family's own graph, in all its steps. */
        const draw = async (kind: GraphKind, files: Record<string, string>, name?: string) => {
          const graph = fillGraph(withModelFiles(await loadFamilyGraph(family, kind), family, files), {
            prompt: 'portrait of mnaz',
            seed: 1,
            size: { width: 64, height: 64 },
            lora: name === undefined ? undefined : { name, strength: 1 },
          });
          const { bytes } = await client.render({ promptId: randomUUID(), graph });
          return (await readPixels(bytes))?.sha256;
        };
        const sha256 = createHash('sha256')
          .update(await readFile(lora))
          .digest('hex');
        const name = await client.ensureLora(lora, sha256, `${family}-golden`);
        try {
          const control = await draw('text-to-image', names);
          const mark = await client.logMark();
          const loaded = await draw('text-to-image-lora', names, name);
          const { notLoaded, shapeErrors } = await client.loraReport(mark);
          assert.deepEqual([notLoaded, shapeErrors], [[], []]);
          assert.notEqual(loaded, control);
          await withFolded(tiny, rig.parts, models, lora, async (folded, count) => {
            assert.equal(count, modules);
            assert.equal(await draw('text-to-image', { ...names, [tiny.takesLora]: folded }), loaded);
          });
        } finally {
          await rm(join(lorasDir, name), { force: true });
          await client.close();
        }
      });
    },
  );
}

const projectOf = ({ name, model }: TinyFamily) => ({
  name,
  model: name,
  trigger: 'mnaz',
  dataset: { images: './pictures', heldOut: 2 },
  training: {
    steps: 20,
    saveEvery: 10,
    rank: 4,
    override: {
      train: { lr: 0.01, dtype: 'float32', optimizer: 'adamw', gradient_checkpointing: false },
      datasets: { resolution: [64] },
      model,
    },
  },
  sweep: { steps: [10, 20], seeds: 1, prompts: [{ id: 'base', text: 'portrait of [trigger]' }] },
  editorial: { images: 1 },
  graphs: { textToImage: './text.json', lora: './lora.json' },
  // Random weights draw no faces, so nothing is chosen by itself: the editorial wants a person's word.
  approvals: ['checkpoint'],
});

/** The family's graph at 64 px and 2 steps, which a CPU draws in seconds. */
async function small(tiny: TinyFamily, kind: GraphKind): Promise<ApiGraph> {
  const graph = withModelFiles(await loadFamilyGraph(tiny.name, kind), tiny.name, namesOf(tiny));
  for (const { class_type: type, inputs } of Object.values(graph)) {
    if (type === 'EmptyLatentImage') Object.assign(inputs, { width: 64, height: 64 });
    if (type === 'KSampler') inputs.steps = 2;
  }
  // At its own size, not at the family's.
  for (const node of Object.values(graph)) if (node._meta?.title === 'azit:size') node._meta = {};
  return graph;
}
