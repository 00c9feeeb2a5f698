import { saysDiskFull } from '../run/failures.js';
import { cut, longest } from '../text/cut.js';
import { ComfyError } from './errors.js';
import { modelFolders } from './gaps.js';
import { saveNodeIds, type ApiGraph } from './graph.js';
import type { RenderJob } from './job.js';
import type { ExecutionFailure } from './prompt-state.js';
import type { NodeErrors } from './replies.js';

interface Refusal {
  error: { type: string; message: string; details: string; extra_info?: { class_type?: string } };
  node_errors: NodeErrors;
}

/** The server said no to a graph (400), or to one of its outputs (200 with node_errors): which node, and why. */
export function refusalError(
  { error, node_errors }: Refusal,
  graph: ApiGraph,
  label: string,
  status: number,
): ComfyError {
  const missingNode = /^Cannot execute because node (.+) does not exist/.exec(error.message);
  if (error.type === 'missing_node_type' || missingNode) {
    const name =
      missingNode?.[1] ?? error.extra_info?.class_type ?? /'([^']+)'/.exec(error.message)?.[1] ?? error.message;
    const message = `ComfyUI at ${label} has no node '${name}': install the custom node that provides it, or update ComfyUI.`;
    return new ComfyError('missing-on-server', message, { status, wanted: graph });
  }
  const [id, node] = Object.entries(node_errors).find(([, { errors }]) => errors.length > 0) ?? [];
  if (!node) {
    const message = `ComfyUI rejected the graph: ${sentence(error.message, error.details)}`;
    return new ComfyError('validation', message, { status, wanted: graph });
  }
  const { type, message: what, details, extra_info } = node.errors[0];
  const input = String(extra_info.input_name ?? '');
  const value = cut(String(extra_info.received_value ?? ''), longest.name);
  if (type === 'value_not_in_list' && modelFolders[input]) {
    if (isBrought(graph, id, 'azit:lora')) {
      const message = `ComfyUI at ${label} no longer lists the LoRA ${value}, which the worker put there.`;
      return new ComfyError('missing-lora', message, { status });
    }
    return new ComfyError('missing-on-server', missingModel(label, modelFolders[input], value), {
      status,
      wanted: graph,
    });
  }
  if (type === 'custom_validation_failed' && /invalid image file/i.test(details)) {
    if (!isBrought(graph, id, 'azit:image')) {
      const message = `ComfyUI at ${label} lacks the image of node ${id} (${details}): put it into its input folder.`;
      return new ComfyError('missing-on-server', message, { status, wanted: graph });
    }
    const message = `ComfyUI at ${label} no longer has the uploaded image (${details}).`;
    return new ComfyError('missing-input', message, { status });
  }
  const reason = sentence(what, shorten(details));
  return new ComfyError('validation', `ComfyUI rejected node ${id} (${node.class_type}): ${reason}`, {
    status,
    wanted: graph,
  });
}

const missingModel = (label: string, folder: string, file: string): string =>
  `ComfyUI at ${label} has no '${file}' in its models/${folder}: put the file there.`;

/** The file of this node was put there for this very prompt: whatever has become of it, it can be put there again. */
const isBrought = (graph: ApiGraph, nodeId: string | undefined, title: 'azit:lora' | 'azit:image'): boolean =>
  nodeId !== undefined && Object.hasOwn(graph, nodeId) && graph[nodeId]._meta?.title === title;

const outOfMemory =
  /out of memory|OutOfMemory|Allocation on device|can't allocate memory|not enough memory|STATUS_ALLOC_FAILED|MemoryError|bad_alloc/i;
/** Of the process, for good: even "CUDA error: out of memory" is told late, by a device that works no more. */
const deviceError =
  /(CUDA|HIP|XPU|MPS) error|AcceleratorError|cudaError|hipError|device-side assert|illegal memory access|unspecified launch failure|(CUBLAS|CUDNN|CUSOLVER|NCCL)_STATUS_(?!ALLOC|NOT_SUPPORTED|BAD_PARAM|INVALID_VALUE)|UR_RESULT_ERROR_DEVICE_LOST/i;
/** Python's own names for what a disk answers. */
const diskError = /^(OSError|PermissionError|NotADirectoryError|FileNotFoundError|FileExistsError|IsADirectoryError)$/;
const safetensorsError = /SafetensorError|Error while deserializing header/i;

/** A node raised an exception while the graph ran. */
export function executionFailureError(
  failure: ExecutionFailure,
  { graph, promptId }: RenderJob,
  label: string,
): ComfyError {
  const { node_id, node_type, exception_type, exception_message } = failure;
  const text = shorten(exception_message.trim());
  const all = `${exception_type} ${exception_message}`;
  const at = `node ${node_id} (${node_type})`;
  if (deviceError.test(all)) {
    const message = `The GPU of ComfyUI at ${label} failed at ${at}: restart ComfyUI. (${text})`;
    return new ComfyError('device-error', message, { marker: promptId });
  }
  if (outOfMemory.test(all)) {
    const message = `ComfyUI at ${label} ran out of memory at ${at}: free memory there, or use a smaller image size.`;
    return new ComfyError('out-of-memory', message);
  }
  if (saysDiskFull(all)) {
    return new ComfyError('disk-full', `The disk of ComfyUI at ${label} is full: free disk space there. (${text})`);
  }
  if (diskError.test(exception_type) && saveNodeIds(graph).includes(node_id)) {
    const message = `ComfyUI at ${label} can't write its images: make its output folder writable. (${text})`;
    return new ComfyError('disk-fault', message);
  }
  const file = modelFile(graph, node_id);
  if (safetensorsError.test(all) && file && isBrought(graph, node_id, 'azit:lora')) {
    const message = `ComfyUI at ${label} can't read models/loras/${file.name}, which the worker copied there intact: somebody changed it, or the server's safetensors library is too old. The worker copies it there again; if that does not help, delete it there. (${text})`;
    return new ComfyError('missing-lora', message);
  }
  if (safetensorsError.test(all) && file) {
    const kind = file.folder === 'loras' ? 'lora-broken' : 'missing-on-server';
    return new ComfyError(
      kind,
      `ComfyUI at ${label} can't read models/${file.folder}/${file.name}: replace it with an intact copy. (${text})`,
    );
  }
  if (exception_type === 'FileNotFoundError' && file) {
    if (isBrought(graph, node_id, 'azit:lora')) {
      return new ComfyError('missing-lora', `The LoRA ${file.name} was removed from ComfyUI at ${label}.`);
    }
    return new ComfyError('missing-on-server', missingModel(label, file.folder, file.name), { wanted: graph });
  }
  return new ComfyError('validation', `ComfyUI failed at ${at}: ${exception_type || 'no reason given'}: ${text}`);
}

function modelFile(graph: ApiGraph, nodeId: string): { folder: string; name: string } | null {
  const inputs = Object.hasOwn(graph, nodeId) ? graph[nodeId].inputs : {};
  for (const [input, folder] of Object.entries(modelFolders)) {
    if (typeof inputs[input] === 'string') return { folder, name: inputs[input] };
  }
  return null;
}

const shorten = (text: string): string => cut(text, 300);
const sentence = (message: string, details: string): string =>
  [message.replace(/\.$/, ''), details].filter(Boolean).join(' - ') + '.';
