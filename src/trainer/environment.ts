import { isBasicVariable } from '../machine/environment.js';

type Environment = Record<string, string | undefined>;

/**
 * What a training needs of the worker's environment: where programs, homes, caches and libraries lie, which GPU, which
 * way to the network, which language. Its Python runs code of many authors, which keys of the store, of Temporal or of
 * ComfyUI are none of the business of.
 */
const names = new Set([
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'REQUESTS_CA_BUNDLE'],
  'VIRTUAL_ENV',
]);
const families =
  /^(PYTHON|CONDA|CUDA|CUDNN|NVIDIA|NCCL|HIP|ROCM|ROCR|HSA|AMD|GPU|MPS|TORCH|TORCHINDUCTOR|PYTORCH|TRITON|XFORMERS|BITSANDBYTES|BNB|HF|HUGGINGFACE|TRANSFORMERS|DIFFUSERS|ACCELERATE|TOKENIZERS|OMP|MKL|OPENBLAS|NUMEXPR|KMP|GOMP)(_|[A-Z]*$)/;

/** Names for further ones, commas or blanks between; a worker's own setting. */
const furtherVariable = 'AZIT_TRAINER_ENV';

/** @param own what this trainer reads beside what any training does */
export function trainerEnvironment(own: readonly string[], environment: Environment = process.env): Environment {
  const further = new Set([...own, ...(environment[furtherVariable]?.split(/[,\s]+/) ?? [])]);
  return Object.fromEntries(
    Object.entries(environment).filter(
      ([name]) => isBasicVariable(name) || names.has(name.toUpperCase()) || families.test(name) || further.has(name),
    ),
  );
}
