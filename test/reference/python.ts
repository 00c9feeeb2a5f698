import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

export const referenceProgram = new URL('./reference.py', import.meta.url).pathname;

const packages = ['numpy', 'onnxruntime', 'opencv-python-headless'];
/** Names under which packages are imported, where they differ. */
const modules: Record<string, string> = { 'opencv-python-headless': 'cv2', 'scikit-image': 'skimage' };
const installMinutes = 10;

/** Python with what the reference programs import, in an environment of its own, made at the first use. */
export async function referencePython(more: string[] = []): Promise<string> {
  const folder = process.env.AZIT_REFERENCE_VENV ?? join(tmpdir(), `azit-reference-${process.getuid?.() ?? 0}`);
  const python = join(folder, 'bin', 'python');
  const wanted = [...packages, ...more];
  const imports = ['-c', `import ${wanted.map((name) => modules[name] ?? name).join(', ')}`];
  if (existsSync(python) && (await execa(python, imports, { reject: false })).exitCode === 0) return python;
  await mkdir(folder, { recursive: true });
  await execa('python3', ['-m', 'venv', folder]);
  await execa(python, ['-m', 'pip', 'install', '--quiet', ...wanted], { timeout: installMinutes * 60_000 });
  return python;
}
