import assert from 'node:assert/strict';
import { executionFailureError, refusalError } from '../../src/comfyui/refusal.js';
import { promptRefused } from '../../src/comfyui/replies.js';

const label = 'http://gpu:8188';
const refuse = (json: unknown) => refusalError(promptRefused.parse(json), graph, label, 400);
const fail = (node_id: string, exception_type: string, exception_message: string) =>
  executionFailureError(
    { node_id, node_type: 'X', exception_type, exception_message },
    { graph, promptId: 'p' },
    label,
  );
const graph = {
  '1': { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'base.safetensors' } },
  '2': { class_type: 'LoraLoaderModelOnly', inputs: { lora_name: 'gone.safetensors' } },
  '3': { class_type: 'LoraLoader', inputs: { lora_name: 'ab12.safetensors' }, _meta: { title: 'azit:lora' } },
  '5': { class_type: 'LoadImage', inputs: { image: 'none.png' }, _meta: { title: 'azit:image' } },
  '9': { class_type: 'SaveImage', inputs: {}, _meta: { title: 'azit:save' } },
};

describe('comfyui refusals (recorded from 0.3.64 and 0.33.0)', () => {
  it('names the missing node in both dialects', () => {
    const old = refuse({
      error: {
        type: 'invalid_prompt',
        message: 'Cannot execute because node Nope does not exist.',
        details: "Node ID '#1'",
        extra_info: {},
      },
      node_errors: {},
    });
    const recent = refuse({
      error: {
        type: 'missing_node_type',
        message: "Node 'Nope' not found. The custom node may not be installed.",
        details: "Node ID '#1'",
        extra_info: { node_id: '1', class_type: 'Nope', node_title: 'Nope' },
      },
      node_errors: {},
    });
    for (const { kind, type, message } of [old, recent]) {
      assert.deepEqual([kind, type], ['missing-on-server', 'missing-on-server']);
      assert.match(message, /^ComfyUI at http:\/\/gpu:8188 has no node 'Nope': install/);
    }
  });

  it('names the folder of a fourth text encoder, as the look before the run does', () => {
    const details = "clip_name4: 'llama.safetensors' not in []";
    const { message } = refuse({
      error: { type: 'prompt_outputs_failed_validation', message: 'Prompt outputs failed validation', details: '' },
      node_errors: {
        '1': {
          errors: [
            {
              type: 'value_not_in_list',
              message: 'Value not in list',
              details,
              extra_info: { input_name: 'clip_name4', received_value: 'llama.safetensors' },
            },
          ],
          class_type: 'QuadrupleCLIPLoader',
        },
      },
    });
    assert.match(message, /has no 'llama\.safetensors' in its models\/text_encoders: put the file there\.$/);
  });

  it('has our own LoRA brought again, by whatever way it came and whatever became of it there', () => {
    const unlisted = refuse({
      error: { type: 'prompt_outputs_failed_validation', message: 'Prompt outputs failed validation', details: '' },
      node_errors: {
        '3': {
          errors: [
            {
              type: 'value_not_in_list',
              message: 'Value not in list',
              details: "lora_name: 'ab12.safetensors' not in []",
              extra_info: { input_name: 'lora_name', received_value: 'ab12.safetensors' },
            },
          ],
          class_type: 'LoraLoader',
        },
      },
    });
    const cut = fail('3', 'safetensors._safetensors_rust.SafetensorError', 'Error while deserializing header: x');
    for (const { kind, type } of [unlisted, cut, fail('3', 'FileNotFoundError', 'x')])
      assert.deepEqual([kind, type], ['missing-lora', 'unavailable']);
  });

  it('names the missing LoRA and its folder, with the list of options cut out or left out', () => {
    const error = refuse({
      error: { type: 'prompt_outputs_failed_validation', message: 'Prompt outputs failed validation', details: '' },
      node_errors: {
        '2': {
          errors: [
            {
              type: 'value_not_in_list',
              message: 'Value not in list',
              details: "lora_name: 'missing.safetensors' not in (list of length 61)",
              extra_info: { input_name: 'lora_name', input_config: null, received_value: 'missing.safetensors' },
            },
          ],
          dependent_outputs: ['8'],
          class_type: 'LoraLoaderModelOnly',
        },
      },
    });
    assert.equal(error.kind, 'missing-on-server');
    assert.match(error.message, /has no 'missing\.safetensors' in its models\/loras/);
  });

  it('calls an image that went missing retryable, since it is uploaded again', () => {
    const error = refuse({
      error: { type: 'prompt_outputs_failed_validation', message: 'Prompt outputs failed validation', details: '' },
      node_errors: {
        '5': {
          errors: [
            {
              type: 'custom_validation_failed',
              message: 'Custom validation failed for node',
              details: 'image - Invalid image file: none.png',
              extra_info: { input_name: 'image', received_value: 'none.png' },
            },
          ],
          dependent_outputs: [],
          class_type: 'LoadImage',
        },
      },
    });
    assert.deepEqual([error.kind, error.type], ['missing-input', 'unavailable']);
  });

  it('copes with a refusal that names no node (0.3.64: a cycle, with an empty list)', () => {
    const error = refuse({ error: { type: 'invalid_prompt', message: 'Cycle', details: '' }, node_errors: [] });
    assert.deepEqual([error.kind, error.type], ['validation', 'graph-invalid']);
    assert.equal(error.message, 'ComfyUI rejected the graph: Cycle.');
  });

  it('tells memory, device, disk and files apart, so that each gets its own cure', () => {
    const cpu =
      "[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate 4398046511104 bytes. Error code 12 (Cannot allocate memory)\n";
    const table: [string, string, string, string][] = [
      ['9', 'torch.OutOfMemoryError', 'Allocation on device 0 would exceed allowed memory.', 'out-of-memory'],
      ['9', 'RuntimeError', cpu, 'out-of-memory'],
      ['9', 'RuntimeError', 'CUDA error: an illegal memory access was encountered', 'device-error'],
      ['9', 'OSError', '[Errno 28] No space left on device', 'disk-full'],
      ['2', 'safetensors._safetensors_rust.SafetensorError', 'Error while deserializing header: x', 'lora-broken'],
      [
        '1',
        'safetensors._safetensors_rust.SafetensorError',
        'Error while deserializing header: x',
        'missing-on-server',
      ],
      [
        '2',
        'FileNotFoundError',
        "Model in folder 'loras' with filename 'gone.safetensors' not found.",
        'missing-on-server',
      ],
      ['9', 'NotADirectoryError', "[Errno 20] Not a directory: '/output/azit'", 'disk-fault'],
      ['9', 'Exception', '**** ERROR: Saving image outside the output folder is not allowed.', 'validation'],
      ['__proto__', 'KeyError', "'x'", 'validation'],
    ];
    for (const [node, type, message, kind] of table) assert.equal(fail(node, type, message).kind, kind, message);
    assert.match(fail('2', 'FileNotFoundError', 'x').message, /has no 'gone\.safetensors' in its models\/loras/);
    assert.doesNotMatch(fail('9', 'RuntimeError', cpu).message, /\n/);
  });
});
