import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { GraphKind } from '../../src/project/families/family.js';
import { fillGraph } from '../../src/comfyui/index.js';
import { familyNames, graphFolderOf } from '../../src/project/families/index.js';
import { graphProblems, kindOf } from '../../src/project/graph-file.js';
import { parseGraphJson } from '../../src/project/graph-json.js';
import { withoutLora } from '../../src/project/graph-lora.js';
import { InputError } from '../../src/project/input-error.js';
import { loadProject } from '../../src/project/load.js';
import { startSandboxComfy } from '../../src/sandbox/comfyui/index.js';
import { azit } from '../support/command.js';
import { temporaryFolder } from '../support/folder.js';

type Graph = Record<string, { class_type: string; inputs: Record<string, unknown>; _meta: { title: string } }>;

const pathOf = (family: string, kind: GraphKind): string =>
  fileURLToPath(new URL(`../../src/project/families/${family}/${kind}.json`, import.meta.url));
const graphOf = async (kind: GraphKind): Promise<Graph> =>
  JSON.parse(await readFile(pathOf('sandbox', kind), 'utf8')) as Graph;
const project = 'name: mina\nanchor: { prompt: a face }\n';

/** Width and height of the latent from a node each. */
const linkedSize = (graph: Graph, latent: string, width: string, height: string): Graph => ({
  ...graph,
  4: { ...graph['4'], inputs: { width: ['20', 0], height: ['21', 0], batch_size: 1 }, _meta: { title: latent } },
  20: { class_type: 'PrimitiveInt', inputs: { value: 832 }, _meta: { title: width } },
  21: { class_type: 'PrimitiveInt', inputs: { value: 1216 }, _meta: { title: height } },
});

describe("a person's own graph", () => {
  for (const family of familyNames)
    it(`the graphs of ${family} are sound ones`, async () => {
      for (const kind of ['text-to-image', 'edit', 'text-to-image-lora'] as const) {
        const json: unknown = JSON.parse(await readFile(pathOf(graphFolderOf(family, kind), kind), 'utf8'));
        assert.equal(kindOf(json), kind);
        assert.deepEqual(graphProblems(json, kind), []);
      }
    });

  const wrong: [string, (graph: Graph) => unknown, RegExp][] = [
    ["the editor's own format", () => ({ nodes: [], links: [] }), /export it in API format/],
    ['a list', () => [], /not a graph in ComfyUI's API format/],
    ['no graph at all', () => null, /not a graph in ComfyUI's API format/],
    ['a missing title', (graph) => ({ ...graph, 5: { ...graph['5'], _meta: {} } }), /no node titled 'azit:seed'/],
    ['a misspelt title', (graph) => titled(graph, '2', 'azit:promt'), /'azit:promt'.*nearest is 'azit:prompt'/],
    [
      'a title on the wrong node',
      (graph) => titled(graph, '1', 'azit:prompt'),
      /CheckpointLoaderSimple.*no input text/,
    ],
    ['two outputs', (graph) => ({ ...graph, 70: graph['7'] }), /several nodes titled 'azit:save'/],
    ['a LoRA where none is given', (graph) => titled(graph, '1', 'azit:lora'), /AZIT has no value for it/],
    [
      'a text that comes from elsewhere',
      (graph) => ({ ...graph, 2: { ...graph['2'], inputs: { text: ['1', 0], clip: ['1', 1] } } }),
      /input text comes from node 1 \(CheckpointLoaderSimple\): enter a value in the node itself$/,
    ],
    [
      'a seed that reaches no image',
      (graph) => ({ ...titled(graph, '5', ''), 50: { ...graph['5'] } }),
      /node 50 \(KSampler\) 'azit:seed', but that node is not connected/,
    ],
    [
      'a link to nowhere',
      (graph) => ({ ...graph, 6: { ...graph['6'], inputs: { samples: ['99', 0], vae: ['1', 2] } } }),
      /links samples of node 6 \(VAEDecode\) to node 99/,
    ],
    [
      'a link that is a number',
      (graph) => ({ ...graph, 6: { ...graph['6'], inputs: { samples: [5, 0], vae: ['1', 2] } } }),
      /to node 5 as a number: write "5"$/,
    ],
    [
      'inputs that are a list',
      (graph) => ({ ...graph, 60: { class_type: 'X', inputs: [] } }),
      /has a node 60 without inputs/,
    ],
    [
      'a node without class_type',
      (graph) => ({ ...graph, 60: { inputs: {}, _meta: { title: 'Note' } } }),
      /has a node 60 \('Note'\) without class_type, which ComfyUI rejects: .*remove the node$/,
    ],
    [
      'a size that two nodes give',
      (graph) => linkedSize(graph, 'azit:size', 'Width', 'Height'),
      /'azit:size', whose width and height .*: title node 20 \(PrimitiveInt\) 'azit:width' and node 21 \(PrimitiveInt\) 'azit:height' instead$/,
    ],
    [
      'a title for a size on one side of it',
      (graph) => linkedSize(graph, 'Empty', 'azit:size', 'Height'),
      /node 20 \(PrimitiveInt\) 'azit:size', which has no input width and height: title .*'azit:width'/,
    ],
  ];
  for (const [what, change, expected] of wrong)
    it(`says what is wrong with ${what}`, async () => {
      const problems = graphProblems(change(await graphOf('text-to-image')), 'text-to-image');
      assert.match(problems.join('\n'), expected);
    });

  it('the advice for a size that two nodes give can be followed', async () => {
    const graph = linkedSize(await graphOf('text-to-image'), 'Empty', 'azit:width', 'azit:height');
    assert.deepEqual(graphProblems(graph, 'text-to-image'), []);
    const filled = fillGraph(graph, { prompt: 'a face', seed: 1, size: { width: 640, height: 384 } });
    assert.deepEqual([filled['20'].inputs.value, filled['21'].inputs.value], [640, 384]);
  });

  it('encoders with one prompt in several inputs get it in all of them', async () => {
    const graph = await graphOf('text-to-image');
    for (const inputs of [
      { clip_l: 'a', t5xxl: 'a', guidance: 3.5 },
      { text_g: 'a', text_l: 'a', width: 1024, height: 1024 },
    ]) {
      graph['2'].inputs = { ...inputs, clip: ['1', 1] };
      assert.deepEqual(graphProblems(graph, 'text-to-image'), []);
      const { '2': encoder } = fillGraph(graph, { prompt: 'mnaz', seed: 1 });
      assert.equal(Object.values(encoder.inputs).filter((value) => value === 'mnaz').length, 2);
    }
  });

  it('a loader without lora_name, or that nothing leads past, is told with a node that does', async () => {
    const graph = await graphOf('text-to-image-lora');
    const [loader] = Object.keys(graph).filter((id) => graph[id]._meta.title === 'azit:lora');
    const of = (class_type: string, inputs: Record<string, unknown>) => ({
      ...graph,
      [loader]: { class_type, inputs, _meta: { title: 'azit:lora' } },
    });
    const power = of('Power Lora Loader', { lora_1: { on: true, lora: 'x', strength: 1 }, model: ['1', 0] });
    assert.match(
      graphProblems(power, 'text-to-image-lora').join('\n'),
      /no input lora_name: give .*LoraLoaderModelOnly/,
    );
    const efficient = of('Efficient Loader', { lora_name: 'x', lora_model_strength: 1 });
    assert.match(
      graphProblems(efficient, 'text-to-image-lora').join('\n'),
      /can't be rendered without its LoRA.*Efficient Loader/,
    );
    const lora = { name: 'mina.safetensors', strength: 0.7 };
    assert.equal(fillGraph(efficient, { prompt: '', seed: 1, lora })[loader].inputs.lora_model_strength, 0.7);
  });

  it('without its LoRA a graph is the same but for the loader, through a chain of them', async () => {
    const graph = await graphOf('text-to-image-lora');
    const [loader] = Object.keys(graph).filter((id) => graph[id]._meta.title === 'azit:lora');
    const from = graph[loader].inputs.model;
    const second = { ...graph[loader], inputs: { ...graph[loader].inputs, model: [loader, 0] } };
    const sampler = Object.keys(graph).find(
      (id) => JSON.stringify(graph[id].inputs.model) === JSON.stringify([loader, 0]),
    )!;
    const chained = {
      ...graph,
      90: second,
      [sampler]: { ...graph[sampler], inputs: { ...graph[sampler].inputs, model: ['90', 0] } },
    };
    const bare = withoutLora(chained);
    assert.deepEqual(bare[sampler].inputs, { ...graph[sampler].inputs, model: from });
    assert.deepEqual(
      Object.keys(bare).sort(),
      Object.keys(graph)
        .filter((id) => id !== loader)
        .sort(),
    );
    assert.equal(chained[sampler].inputs.model![0 as never], '90', 'the graph itself stays');
  });

  it('is read from UTF-16 and with the NaN that Python writes; a text that says NaN stays', async () => {
    const graph = await graphOf('text-to-image');
    graph['2'].inputs.text = 'NaN "Infinity"';
    const utf16 = Buffer.from(`\ufeff${JSON.stringify(graph)}`, 'utf16le');
    assert.deepEqual(parseGraphJson(utf16), graph);
    const python = JSON.stringify(graph).replace('{"class_type"', '{"is_changed":[NaN,-Infinity],"class_type"');
    assert.equal((parseGraphJson(Buffer.from(python)) as Graph)['2'].inputs.text, graph['2'].inputs.text);
    assert.throws(() => parseGraphJson(Buffer.from([0x7b, 0xff, 0x7d])), /neither UTF-8 nor UTF-16/);
  });

  it('what is asked of a run and reaches no input is told by plan and by graph check', async () => {
    const graph = titled(titled(await graphOf('text-to-image-lora'), '4', 'Empty'), '3', 'Negative');
    const [loader] = Object.keys(graph).filter((id) => graph[id]._meta.title === 'azit:lora');
    const { model, clip, lora_name } = graph[loader].inputs;
    graph[loader].inputs = { model, lora_name, ...(clip ? { clip } : {}) };
    const folder = await temporaryFolder({
      'azit.yaml': `${project}graphs: { lora: lora.json, textToImage: lora-less.json }\n`,
      'alone.yaml': `${project}graphs: { textToImage: lora-less.json }\n`,
      'lora.json': JSON.stringify(graph),
      'lora-less.json': JSON.stringify(await graphOf('text-to-image')),
    });
    const { notes } = await loadProject(`${folder}/azit.yaml`);
    assert.match(notes.join('\n'), /'graphs\.lora': "lora\.json" renders at its own size, not at 512 x 512/);
    assert.match(notes.join('\n'), /takes no strength, so sweep\.strength has no effect: node \d+/);
    const check = await azit(folder, ['graph', 'check', 'lora.json']);
    assert.match(
      check.stdout,
      /It renders at its own size: .*\n.*It takes no negative prompt: .*\n.*It takes no strength/,
    );
    assert.equal(check.code, 0);
    const alone = await loadProject(`${folder}/alone.yaml`);
    assert.match(alone.notes.join('\n'), /'graphs\.textToImage' renders stage 01 only/);
  });

  it('is part of what the project is, and a project without one is what it was', async () => {
    const graph = await graphOf('edit');
    const folder = await temporaryFolder({
      'plain.yaml': project,
      'own.yaml': `${project}graphs: { edit: edit.json }\n`,
      'other.yaml': `${project}graphs: { edit: other.json }\n`,
      'edit.json': JSON.stringify(graph),
      'other.json': JSON.stringify({ ...graph, 5: { ...graph['5'], inputs: { ...graph['5'].inputs, steps: 9 } } }),
    });
    const [plain, own, other] = await Promise.all(
      ['plain', 'own', 'other'].map(async (name) => await loadProject(`${folder}/${name}.yaml`)),
    );
    assert.equal(new Set([plain, own, other].map(({ projectSha256 }) => projectSha256)).size, 3);
    assert.equal(plain.files.graphs, undefined);
    assert.match(own.files.graphs?.edit ?? '', /edit\.json$/);
    assert.equal(JSON.stringify(own.project).includes('edit.json'), false, 'workflows hold no paths');
  });

  it('is refused with its place when it is no use, or lies elsewhere', async () => {
    const folder = await temporaryFolder({
      'azit.yaml': `${project}graphs: { lora: edit.json, edit: ../out.json, textToImage: broken.json }\n`,
      'edit.json': JSON.stringify(await graphOf('edit')),
      'broken.json': '{',
    });
    await assert.rejects(loadProject(`${folder}/azit.yaml`), (error) => {
      assert.ok(error instanceof InputError);
      assert.match(error.message, /azit\.yaml:3:.*'graphs\.lora': "edit\.json" has no node titled 'azit:lora'/);
      assert.match(error.message, /'graphs\.edit': "\.\.\/out\.json" is outside/);
      assert.match(error.message, /'graphs\.textToImage': "broken\.json" is not valid JSON/);
      return true;
    });
  });

  it('azit graph check knows a graph in a request, and a byte order mark', async () => {
    const graph = await graphOf('text-to-image');
    const folder = await temporaryFolder({
      'request.json': JSON.stringify({ prompt: graph, client_id: 'x' }),
      'marked.json': `\ufeff${JSON.stringify(graph)}`,
    });
    const request = await azit(folder, ['graph', 'check', 'request.json']);
    assert.match(request.stdout, /^request\.json has its graph under 'prompt'.*: keep only the value of 'prompt'\.$/m);
    const marked = await azit(folder, ['graph', 'check', 'marked.json']);
    assert.match(marked.stdout, /marked\.json is a valid graph for text-to-image\./);
    assert.deepEqual([request.code, marked.code], [2, 0]);
  });

  it('azit graph check says what is wrong with the file, and what the server lacks', async () => {
    const strange = titled(await graphOf('text-to-image'), '6', 'VAE Decode');
    strange['6'].class_type = 'NobodysNode';
    const several = titled(await graphOf('text-to-image'), '7', 'Save');
    several['8'] = { class_type: 'PreviewImage', inputs: { images: ['6', 0] }, _meta: { title: 'azit:save' } };
    several['8'].inputs.filename_prefix = '';
    several['9'] = { class_type: 'VAEDecode', inputs: { ...several['6'].inputs }, _meta: { title: 'azit:save' } };
    several['9'].inputs.filename_prefix = '';
    const folder = await temporaryFolder({
      'several.json': JSON.stringify(titled(several, '9', 'unused')),
      'saveless.json': JSON.stringify(titled(several, '8', 'preview')),
      'good.json': JSON.stringify(await graphOf('edit')),
      'bad.json': JSON.stringify(titled(await graphOf('edit'), '7', 'Save')),
      'strange.json': JSON.stringify(strange),
    });
    const server = await startSandboxComfy({ port: 0, baseDirectory: `${folder}/comfyui` });
    try {
      const good = await azit(folder, ['graph', 'check', 'good.json', '--comfyui', server.url]);
      assert.deepEqual(
        [good.code, /valid graph for edit.*\n.*has everything/.test(good.stdout)],
        [0, true],
        good.stdout,
      );
      const bad = await azit(folder, ['graph', 'check', 'bad.json']);
      assert.deepEqual([bad.code, /no node titled 'azit:save'/.test(bad.stdout)], [2, true], bad.stdout);
      const lacks = await azit(folder, ['graph', 'check', 'strange.json', '--comfyui', server.url]);
      assert.deepEqual([lacks.code, /lacks the node NobodysNode/.test(lacks.stdout)], [4, true], lacks.stdout);
      const badJson = await azit(folder, ['graph', 'check', 'bad.json', '--json']);
      const { ok, problems } = JSON.parse(badJson.stdout) as { ok: boolean; problems: string[] };
      assert.deepEqual([badJson.code, ok, /no node titled/.test(problems[0])], [2, false, true]);
      const lacksJson = await azit(folder, ['graph', 'check', 'strange.json', '--comfyui', server.url, '--json']);
      const { comfyui } = JSON.parse(lacksJson.stdout) as { comfyui: { missing: { node: string }[] } };
      assert.deepEqual([lacksJson.code, comfyui.missing[0].node], [4, 'NobodysNode']);
      assert.equal((await azit(folder, ['graph', 'check', 'none.json'])).code, 2);
      const more = await azit(folder, ['graph', 'check', 'several.json', '--comfyui', server.url]);
      assert.match(
        more.stdout,
        /Nodes 7 \(SaveImage\), 9 \(VAEDecode\) will not run.*\n.*has everything that the graph needs/,
      );
      const saveless = await azit(folder, ['graph', 'check', 'saveless.json', '--comfyui', server.url]);
      assert.match(saveless.stdout, /needs azit:save on a node that saves images: VAEDecode does not\./);
    } finally {
      await server.close();
    }
  });
});

const titled = (graph: Graph, id: string, title: string): Graph => ({
  ...graph,
  [id]: { ...graph[id], _meta: { title } },
});
