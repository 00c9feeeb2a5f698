import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Json } from './client.js';
import { loraGraph, plainGraph, samplerGraph, saveNode } from './graphs.js';
import { adapterOf, fileOf, layerOf, place } from './lora-files.js';
import { describeContract } from './server.js';

describeContract('what POST /prompt refuses, and how', (server) => {
  const firstError = (body: Json, node: string) => body.node_errors[node].errors[0];

  it('a node class that is not installed is named', async () => {
    const body = await server().refused({ '1': { class_type: 'Nope', inputs: {}, _meta: { title: 'Mine' } } });
    const details = "Node ID '#1'";
    const error = server().since('0.12.0')
      ? {
          type: 'missing_node_type',
          message: "Node 'Mine' not found. The custom node may not be installed.",
          details,
          extra_info: { node_id: '1', class_type: 'Nope', node_title: 'Mine' },
        }
      : {
          type: 'invalid_prompt',
          message: 'Cannot execute because node Nope does not exist.',
          details,
          extra_info: {},
        };
    assert.deepEqual(body, { error, node_errors: {} });
  });

  it('a LoRA that is not there is value_not_in_list with the list', async () => {
    const body = await server().refused(loraGraph(server().checkpoint, 'missing.safetensors'));
    const { error, node_errors } = body;
    const top = { message: 'Prompt outputs failed validation', details: '', extra_info: {} };
    assert.deepEqual(error, { type: 'prompt_outputs_failed_validation', ...top });
    assert.deepEqual(Object.keys(node_errors), ['8']);
    const [first, ...others] = node_errors['8'].errors;
    assert.deepEqual(others, []);
    assert.deepEqual([node_errors['8'].dependent_outputs, node_errors['8'].class_type], [['7'], 'LoraLoaderModelOnly']);
    const loras = (await server().json('/models/loras')) as string[];
    const { input_config, ...info } = first.extra_info;
    assert.deepEqual(info, { input_name: 'lora_name', received_value: 'missing.safetensors' });
    assert.deepEqual([first.type, first.message], ['value_not_in_list', 'Value not in list']);
    if (loras.length > 20) return;
    assert.deepEqual(input_config[0], loras);
    assert.ok(first.details.startsWith("lora_name: 'missing.safetensors' not in ["), first.details);
  });

  it('a list of more than 20 options is not sent back', async () => {
    const error = firstError(await server().refused(samplerGraph(server().checkpoint, { sampler_name: 'nope' })), '5');
    assert.match(error.details, /^sampler_name: 'nope' not in \(list of length \d\d\)$/);
    assert.equal(error.extra_info.input_config, null);
  });

  it('a LoRA name that is no name of the list is refused, though it leads to the file', async function () {
    if (server().place.lorasDir === null) this.skip();
    const name = await place(server(), 'b.safetensors', fileOf(adapterOf(await layerOf(server()), 1)));
    await server().run(loraGraph(server().checkpoint, name));
    for (const other of [`./${name}`, name.replace('.safetensors', ''), name.replace('/', '\\'), name.toUpperCase()])
      assert.equal(
        firstError(await server().refused(loraGraph(server().checkpoint, other)), '8').type,
        'value_not_in_list',
        other,
      );
  });

  const graph = plainGraph;
  const cases: [title: string, make: () => Json, node: string, type: string, details?: string][] = [
    ['a missing input', () => without(graph(), '1', 'width'), '1', 'required_input_missing', 'width'],
    ['a number below its minimum', () => set(graph(), '1', 'width', 0), '1', 'value_smaller_than_min', 'width'],
    ['a number above its maximum', () => set(graph(), '1', 'color', 2 ** 24), '1', 'value_bigger_than_max', 'color'],
    [
      'a text that is no number',
      () => set(graph(), '1', 'width', 'wide'),
      '1',
      'invalid_input_type',
      "width, wide, invalid literal for int() with base 10: 'wide'",
    ],
    [
      'a link of the wrong type',
      () => ({
        ...samplerGraph(server().checkpoint),
        '7': saveNode(['5', 0]),
      }),
      '7',
      'return_type_mismatch',
      'images, received_type(LATENT) mismatch input_type(IMAGE)',
    ],
    ['a link of three parts', () => set(graph(), '2', 'images', ['1', 0, 0]), '2', 'bad_linked_input', 'images'],
    [
      'a link to a node that is not there',
      () => set(graph(), '2', 'images', ['99', 0]),
      '2',
      'exception_during_validation',
      "'99'",
    ],
    [
      'a link to a slot that is not there',
      () => set(graph(), '2', 'images', ['1', 5]),
      '2',
      'exception_during_validation',
    ],
    [
      'a broken link further up',
      () => set(samplerGraph(server().checkpoint), '5', 'model', ['99', 0]),
      '5',
      'exception_during_inner_validation',
      "'99'",
    ],
    [
      'an image that is not there',
      () => loadGraph('none.png'),
      '1',
      'custom_validation_failed',
      'image - Invalid image file: none.png',
    ],
    ['an image outside input/', () => loadGraph('../evil.png'), '1', 'custom_validation_failed'],
  ];
  for (const [title, make, node, type, details] of cases)
    it(`${title} is ${type} at its node`, async () => {
      const error = firstError(await server().refused(make()), node);
      assert.equal(error.type, type);
      if (details !== undefined) assert.equal(error.details, details);
    });

  it('the exception of an output node is repeated in the error itself', async () => {
    const body = await server().refused(set(plainGraph(), '2', 'images', ['99', 0]));
    assert.equal(body.error.details, "Exception when validating node: '99'");
    assert.equal(body.node_errors['2'].errors[0].extra_info.exception_type, 'KeyError');
  });

  it('an absolute image is not taken', async function () {
    // 0.3.64 opens it.
    if (!server().since('0.25.0')) this.skip();
    assert.equal(firstError(await server().refused(loadGraph('/etc/passwd')), '1').type, 'custom_validation_failed');
  });

  it('a cycle is refused instead of a hang', async () => {
    const scale = (from: string) => ({ class_type: 'ImageInvert', inputs: { image: [from, 0] } });
    const body = await server().refused({ ...plainGraph(), '2': saveNode(['a', 0]), a: scale('b'), b: scale('a') });
    assert.equal(body.error.type, 'prompt_outputs_failed_validation');
    if (server().since('0.25.0')) assert.equal(firstError(body, 'a').type, 'dependency_cycle');
    else assert.deepEqual([body.error.details, body.node_errors], ['', {}]);
  });

  it('a graph without an output node is prompt_no_outputs', async () => {
    const { '1': node } = plainGraph();
    assert.equal((await server().refused({ '1': node })).error.type, 'prompt_no_outputs');
    for (const partial_execution_targets of [[], ['nope']])
      assert.equal(
        (await server().refused(plainGraph(), { partial_execution_targets })).error.type,
        'prompt_no_outputs',
      );
  });

  it('a body without a prompt is no_prompt', async () => {
    for (const body of [{}, []]) {
      const reply = await server().post('/prompt', body);
      assert.equal(reply.status, 400);
      assert.equal(((await reply.json()) as Json).error.type, 'no_prompt');
    }
  });

  it('a prompt_id that is no canonical lower-case UUID is refused since 0.25, and taken as text before', async () => {
    for (const prompt_id of ['my-id', '', 123, randomUUID().toUpperCase()])
      if (server().since('0.25.0'))
        assert.deepEqual(await server().refused(plainGraph(), { prompt_id }), {
          error: {
            type: 'invalid_prompt_id',
            message: 'prompt_id must be a valid UUID',
            details:
              'prompt_id must be a UUID string in canonical lowercase hyphenated form; omit it to let the server generate one',
            extra_info: {},
          },
          node_errors: {},
        });
      else assert.equal(await server().submit(plainGraph(), { prompt_id }), String(prompt_id));
  });

  it('200 does not mean valid: the bad one of two outputs is dropped and named in node_errors', async () => {
    const graph = { ...plainGraph(), bad: saveNode(['99', 0]) };
    const reply = await server().post('/prompt', { prompt: graph });
    const body = (await reply.json()) as Json;
    assert.equal(reply.status, 200);
    assert.equal(firstError(body, 'bad').type, 'exception_during_validation');
    const entry = await server().finished(body.prompt_id);
    assert.deepEqual(Object.keys(entry.outputs), ['2']);
    assert.equal(entry.status.status_str, 'success');
    assert.deepEqual(entry.prompt[4], ['2']);
  });

  it('16.7 and "16" pass as INT, unknown inputs and _meta are ignored', async () => {
    const graph = set(set(plainGraph(), '1', 'width', 16.7), '1', 'height', '16');
    graph['1'].inputs.unknown = 1;
    graph['1']._meta = { title: 'x' };
    const entry = await server().run(graph);
    assert.deepEqual([entry.prompt[2]['1'].inputs.width, entry.prompt[2]['1'].inputs.height], [16, 16]);
  });

  it('what is not JSON, or not shaped like a prompt, is a 500 in plain text', async () => {
    const bodies: unknown[] = ['', '{', 'null', { prompt: null }];
    // 0.3.64 answers 400 to the one, and its worker dies of the other: see restart.test.ts.
    if (server().since('0.25.0')) bodies.push({ prompt: { '1': 'text' } }, { prompt: plainGraph(), extra_data: null });
    for (const body of bodies) {
      const reply = await server().post('/prompt', body);
      assert.equal(reply.status, 500);
      assert.equal(await reply.text(), '500 Internal Server Error\n\nServer got itself in trouble');
      assert.match(reply.headers.get('content-type') as string, /^text\/plain/);
    }
  });

  it('a body above 100 MB is a 413 in plain text that the sender gets to read', async () => {
    const big = new Uint8Array(104_857_601);
    for (const reply of [
      await server().post('/prompt', Buffer.from(big).toString('latin1')),
      await server().upload('big.png', Buffer.from(big)),
    ]) {
      assert.equal(reply.status, 413);
      assert.equal(await reply.text(), 'Maximum request body size 104857600 exceeded.');
      assert.match(reply.headers.get('content-type') as string, /^text\/plain/);
    }
  });

  it('number, front and targets: only the outputs asked for are run', async () => {
    const graph = { ...plainGraph(), other: saveNode(['1', 0]) };
    const entry = await server().run(graph, { partial_execution_targets: ['other'] });
    assert.deepEqual([Object.keys(entry.outputs), entry.prompt[4]], [['other'], ['other']]);
  });

  it('a request from a web page of another origin is a 403', async () => {
    const origin = 'http://evil.example';
    assert.equal((await server().post('/prompt', {}, { origin })).status, 403);
    assert.equal((await server().get('/system_stats', { origin })).status, 403);
    assert.equal((await server().get('/system_stats', { origin: server().url })).status, 200);
  });
});

function set(graph: Json, node: string, input: string, value: unknown): Json {
  graph[node].inputs[input] = value;
  return graph;
}

function without(graph: Json, node: string, input: string): Json {
  delete graph[node].inputs[input];
  return graph;
}

function loadGraph(image: string): Json {
  return { '1': { class_type: 'LoadImage', inputs: { image } }, '2': saveNode(['1', 0]) };
}
