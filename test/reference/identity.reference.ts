import { execa } from 'execa';
import { ensureModels } from '../../src/faces/index.js';
import { removeTemporaryFolders } from '../support/folder.js';
import { compare, type ReferenceFace } from './agreement.js';
import { referencePictures } from './pictures.js';
import { referenceProgram, referencePython } from './python.js';

/**
 * Opt-in (`npm run test:reference`): needs python3 and PyPI. Real photos are measured too where AZIT_REFERENCE_PHOTOS
 * names a folder of them.
 */
describe('the reference implementation in Python', function () {
  this.timeout(15 * 60_000);
  after(removeTemporaryFolders);

  it('the same weights give the same alignment and the same similarities', async () => {
    const paths = await referencePictures();
    const modelsDir = await ensureModels();
    const { stdout } = await execa(await referencePython(), [referenceProgram, modelsDir, ...paths]);
    await compare(stdout.split('\n').map((line) => JSON.parse(line) as ReferenceFace));
  });
});
