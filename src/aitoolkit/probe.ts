import { execa } from 'execa';
import { trainerEnvironment } from '../trainer/index.js';
import { ownVariables } from './ai-toolkit.js';

/** A cold start reads gigabytes of libraries from the disk; a network disk takes minutes for it. */
const probeLimitMs = 300_000;

export interface ProbedGpu {
  name: string;
  totalBytes: number;
  freeBytes: number;
}

/** What ai-toolkit's own Python tells. */
export interface Probe {
  python: string;
  /** Of each library that ai-toolkit stands on; null: it is not there. */
  libraries: Record<string, string | null>;
  /** Why ai-toolkit's own modules can't be imported, as Python says it; null: they can. */
  importError: string | null;
  gpus: ProbedGpu[];
  /** Architectures that it knows by name; any other one it would train as Stable Diffusion 1.5. */
  archs: string[];
  /** Of each asked file of a Hugging Face repository: whether it is in the cache that an offline start reads. */
  cached: Record<string, boolean>;
}

export interface ProbeOptions {
  python: string;
  /** ai-toolkit's folder. */
  folder: string;
  /** CUDA_VISIBLE_DEVICES. */
  gpu?: string;
  /** `owner/name/file/in/it`. */
  repositoryFiles: string[];
}

/** The last line that holds this is the answer: libraries print what they like while they load. */
const mark = 'AZIT-PROBE ';

const script = `
import importlib.metadata, json, os, sys
sys.path.insert(0, os.getcwd())
answer = {"python": sys.version.split()[0], "libraries": {}, "importError": None, "gpus": [], "archs": [], "cached": {}}
for name in ["torch", "diffusers", "transformers", "safetensors", "accelerate", "peft", "torchao", "bitsandbytes"]:
    try:
        answer["libraries"][name] = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        answer["libraries"][name] = None
try:
    import torch
    for index in range(torch.cuda.device_count()):
        free, total = torch.cuda.mem_get_info(index)
        answer["gpus"].append({"name": torch.cuda.get_device_name(index), "totalBytes": total, "freeBytes": free})
except Exception:
    pass
try:
    import toolkit.job
    import jobs.process
    import extensions_built_in.sd_trainer.DiffusionTrainer
    from toolkit.util.get_model import get_all_models
    answer["archs"] = sorted({model.arch for model in get_all_models() if isinstance(model.arch, str)})
except BaseException as error:
    answer["importError"] = f"{type(error).__name__}: {error}"
try:
    from huggingface_hub import try_to_load_from_cache
    for file in json.loads(sys.argv[1]):
        owner, name, path = file.split("/", 2)
        answer["cached"][file] = isinstance(try_to_load_from_cache(f"{owner}/{name}", path), str)
except Exception:
    pass
print("\\n${mark}" + json.dumps(answer), flush=True)
os._exit(0)
`;

/** Those that the legacy loader tells apart by itself. */
const legacyArchs = ['sd1', 'sd15', 'sd2', 'sd3', 'sdxl', 'pixart', 'pixart_sigma', 'auraflow', 'flux', 'vega', 'ssd'];

/** Asks ai-toolkit's Python, without a network. Throws Error with the reason where it can't be asked. */
export async function probeTrainer({ python, folder, gpu, repositoryFiles }: ProbeOptions): Promise<Probe> {
  const { stdout, stderr, timedOut, code } = await execa(python, ['-c', script, JSON.stringify(repositoryFiles)], {
    cwd: folder,
    extendEnv: false,
    env: {
      ...trainerEnvironment(ownVariables),
      HF_HUB_OFFLINE: '1',
      NO_ALBUMENTATIONS_UPDATE: '1',
      ...(gpu === undefined ? {} : { CUDA_VISIBLE_DEVICES: gpu }),
    },
    stdin: 'ignore',
    timeout: probeLimitMs,
    reject: false,
  });
  const answer = stdout.split('\n').findLast((line) => line.startsWith(mark));
  if (answer === undefined) {
    if (timedOut) throw new Error(`it did not load its libraries within ${probeLimitMs / 1000} s`);
    throw new Error(code ? `it can't be started (${code})` : stderr.trim().split('\n').at(-1) || 'it printed nothing');
  }
  const probe = JSON.parse(answer.slice(mark.length)) as Probe;
  if (probe.importError === null) probe.archs.push(...legacyArchs);
  return probe;
}
