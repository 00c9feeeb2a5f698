import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { bytesToWrite, probeTrainer, type Probe } from '../aitoolkit/index.js';
import { freeBytesAt } from '../files/folder.js';
import { binaryWords, byteWords } from '../text/figures.js';
import { familyNames, familyOf, type FamilyName } from '../project/families/index.js';
import { limitWords } from '../project/families/licence.js';
import { fileLimits } from '../files/limits.js';
import { readRegularText } from '../files/regular-file.js';
import { loadProject, type LoadedProject } from '../project/load.js';
import { modelFileOf, type ModelFiles } from '../project/model-files.js';
import { isRepository, neededFiles, repositoriesOf, baseOf } from '../preflight/base-files.js';
import { placesOf } from '../preflight/places.js';
import { preflightOf } from '../preflight/preflight.js';
import { examinedOf, type Check, type Examined } from './checks.js';
import { existingParent } from './doctor-disk.js';
import { list, modelFilesOf, pythonOf, trainedOf } from './worker-settings.js';

export interface AiToolkitDoctorOptions {
  aitoolkit: string;
  python?: string;
  gpu?: string;
  family?: string[];
  modelFile?: string[];
  project?: string;
  comfyuiDir?: string;
  workDir?: string;
}

/** The version that the contract suite was run on. */
const testedVersion = '0.12.26';

/** What a training is by default; `--project` says it better. */
const usualTraining = { steps: 3000, saveEvery: 200, rank: 16, seed: 42, override: {} };

/** Whether a training can start here: ai-toolkit, its Python, GPU, base models, disk. Starts none, and fetches nothing. */
export async function doctorOfAiToolkit(options: AiToolkitDoctorOptions): Promise<Examined> {
  const folder = resolve(options.aitoolkit);
  if (!existsSync(join(folder, 'run.py'))) {
    const cure = 'Clone https://github.com/ostris/ai-toolkit and give the path of that folder.';
    return examinedOf([bad('ai-toolkit', `no run.py in ${folder}`, cure)]);
  }
  const loaded = options.project === undefined ? null : await loadProject(options.project);
  const project = loaded?.project;
  const asked = options.family ? trainedOf(list(options.family)) : project ? [project.model] : undefined;
  const families = asked ?? familyNames.filter((name) => name !== 'sandbox');
  const files = modelFilesOf(options.modelFile ?? [], families);
  const python = options.python ?? pythonOf(folder);
  const version = await versionCheck(folder);
  let probe: Probe;
  try {
    const repositoryFiles = families.flatMap((family) => neededFiles(family, files));
    probe = await probeTrainer({ python, folder, gpu: options.gpu, repositoryFiles });
  } catch (error) {
    const cure = 'Give the Python that ai-toolkit is installed in: --python PATH.';
    return examinedOf([version, bad(`Python ${python}`, (error as Error).message, cure)]);
  }
  const familyChecks = families.map((family) => familyCheck(family, files, probe));
  // Where no family was named, one that can be trained is enough.
  const enough = !asked && familyChecks.some(({ ok }) => ok);
  return examinedOf([
    version,
    importCheck(python, folder, probe),
    gpuCheck(probe, options.gpu),
    ...familyChecks.map((check) => ({ ...check, needed: !enough })),
    ...(loaded ? await projectChecks(loaded, options, files, probe) : []),
    await diskCheck(families, files, project?.training ?? usualTraining, options.workDir ?? '.azit/work'),
  ]);
}

async function versionCheck(folder: string): Promise<Check> {
  const text = await readRegularText(join(folder, 'version.py'), { maxBytes: fileLimits.state }).catch(() => '');
  const version = /VERSION\s*=\s*["']([^"']+)/.exec(text)?.[1];
  if (!version) return { ...good('ai-toolkit', `unknown version, ${folder}`), needed: false };
  const other = version === testedVersion ? '' : ` (AZIT was tested with ${testedVersion})`;
  return good('ai-toolkit', `version ${version}, ${folder}${other}`);
}

function importCheck(python: string, folder: string, { python: version, libraries, importError }: Probe): Check {
  const what = `Python ${version}, ${python}`;
  if (importError === null) {
    const found = Object.entries(libraries).flatMap(([name, of]) => (of === null ? [] : [`${name} ${of}`]));
    return good(what, found.join(', '));
  }
  const absent = Object.keys(libraries).filter((name) => libraries[name] === null);
  const found = absent.length > 0 ? `${importError}; not installed: ${absent.join(', ')}` : importError;
  return bad(what, found, `Run \`${python} -m pip install -r ${join(folder, 'requirements.txt')}\`.`);
}

/** A CPU trains too, if slowly: nothing but the tiny models of tests, so this alone stops nobody. */
function gpuCheck({ gpus, libraries }: Probe, gpu: string | undefined): Check {
  const what = gpu === undefined ? 'GPU' : `GPU ${gpu}`;
  if (gpus.length > 0) {
    const found = gpus.map(
      ({ name, totalBytes, freeBytes }) => `${name}, ${binaryWords(totalBytes)}, ${binaryWords(freeBytes)} free`,
    );
    return good(what, found.join('; '));
  }
  const cure = `Install NVIDIA's driver and a PyTorch built for CUDA (found: ${libraries.torch ?? 'none'}); a CPU can train only tiny models.`;
  return { ...bad(what, 'PyTorch finds none', cure), needed: gpu !== undefined };
}

function familyCheck(family: FamilyName, files: ModelFiles, { archs, cached, importError }: Probe): Check {
  const { arch } = familyOf(family).training.trainers['ai-toolkit'];
  const model = baseOf(family, files);
  if (importError === null && !archs.includes(arch))
    return bad(family, `this ai-toolkit has no architecture ${arch}`, 'Update ai-toolkit (git pull).');
  const limits = limitWords(familyOf(family));
  const said = limits ? ` (${limits})` : '';
  if (existsSync(model)) return good(family, `base model ${model}${said}`);
  const absent = neededFiles(family, files).filter((file) => !cached[file]);
  if (isRepository(model) && absent.length === 0) return good(family, `base model ${model}, cached${said}`);
  const repositories = repositoriesOf(absent);
  const fetch = repositories.map((repository) => `\`hf download ${repository}\``).join(' and ');
  const local = `give your own folder: --model-file ${family}.base=PATH`;
  return isRepository(model)
    ? bad(
        family,
        `${repositories.join(' and ')} missing from the Hugging Face cache`,
        `Run ${fetch}${familyOf(family).licence.gated ? ' (accept its licence there first)' : ''}, or ${local}.`,
      )
    : bad(family, `no base model at ${model}`, `Correct the path, or ${local}.`);
}

/** Its base model has a check of its own. */
async function projectChecks(
  loaded: LoadedProject,
  { comfyuiDir }: AiToolkitDoctorOptions,
  modelFiles: ModelFiles,
  { gpus }: Probe,
): Promise<Check[]> {
  const findings = await preflightOf(loaded, { places: placesOf(process.env, comfyuiDir), gpus, modelFiles });
  return findings
    .filter(({ about }) => about !== 'base files')
    .map(({ about, state, text }) => ({ ...good(about, text), ok: state === 'ok', needed: false, mark: state }));
}

async function diskCheck(
  families: readonly FamilyName[],
  files: ModelFiles,
  { steps, saveEvery, rank, seed, override }: typeof usualTraining,
  workDir: string,
): Promise<Check> {
  const needs = families.map(async (family) => {
    const { training } = familyOf(family);
    const preset = { ...training, baseModel: modelFileOf(files, family, 'base') ?? training.baseModel };
    const plan = {
      name: 'doctor',
      trigger: 'x',
      steps,
      saveEvery,
      rank,
      seed,
      override,
      preset,
      expectedImages: 0,
      meta: {},
    };
    return { family, bytes: await bytesToWrite({ plan, dataset: [] }) };
  });
  const [most] = (await Promise.all(needs)).sort((a, b) => b.bytes - a.bytes);
  const place = existingParent(resolve(workDir));
  const free = await freeBytesAt(place);
  const saves = `${Math.floor(steps / saveEvery)} checkpoints of ${most.family} at rank ${rank}`;
  const found = `${saves} need ${byteWords(most.bytes)} in ${resolve(workDir)}, ${byteWords(free)} free`;
  return free >= most.bytes
    ? good('disk', found)
    : bad('disk', found, 'Free disk space, give another --work-dir, or save less often (training.saveEvery).');
}

const good = (what: string, found: string): Check => ({ what, ok: true, found, cure: null, needed: true });
const bad = (what: string, found: string, cure: string): Check => ({ what, ok: false, found, cure, needed: true });
