import assert from 'node:assert/strict';
import { betterEditors, chooseEditor, undecidedWords } from '../../src/project/families/default-editor.js';
import { servedEditors } from '../../src/project/families/editors.js';
import type { FamilyName } from '../../src/project/families/index.js';

describe('what edits where the project file does not say', () => {
  it('is an editor whose licence forbids more than the family, or no better than its own', () => {
    const better: Partial<Record<FamilyName, string[]>> = {
      sandbox: [],
      sd15: ['qwen-edit-2511', 'klein-4b'],
      sd3: ['qwen-edit-2511', 'klein-4b'],
      'flux1-dev': ['qwen-edit-2511', 'klein-9b', 'klein-4b'],
      'flux2-klein-4b': ['qwen-edit-2511'],
      'flux2-klein-9b': ['qwen-edit-2511'],
      'qwen-image-2512': [],
      'z-image': [],
      krea2: [],
    };
    for (const [model, editors] of Object.entries(better))
      assert.deepEqual(betterEditors(model as FamilyName), editors, model);
  });

  it('is not the best that a worker offers, or is not said with the reason', () => {
    const best = chooseEditor('sdxl', servedEditors, null);
    assert.equal(best?.editor, 'qwen-edit-2511');
    assert.equal(
      best.words,
      'Editor: qwen-edit-2511, because it is the best for sdxl that a worker offers. Without it: sdxl itself, which redraws (img2img).',
    );
    const second = chooseEditor('sdxl', ['kontext', 'klein-4b', 'klein-9b'], null);
    assert.equal(second?.editor, 'klein-4b');
    assert.match(second.words, /because it is the best for sdxl that a worker offers/);
    const none = chooseEditor('flux1-dev', ['kontext'], null);
    assert.equal(none?.editor, null);
    assert.match(
      none.words,
      /Kontext.* because no worker offers qwen-edit-2511, klein-9b or klein-4b\. .*--family qwen/,
    );
    assert.equal(chooseEditor('sandbox', servedEditors, null), null);
  });

  it('of a project that has run before is another, so that all is done anew', () => {
    const kept = chooseEditor('sdxl', ['qwen-edit-2511'], { runId: 'mina-1', editor: null });
    assert.equal(kept?.editor, null);
    assert.match(kept.words, /the run mina-1 .* reused\. A worker offers qwen-edit-2511, .* set views\.editor to qwen/);
    const gone = chooseEditor('sdxl', [], { runId: 'mina-1', editor: 'klein-4b' });
    assert.equal(gone?.editor, 'klein-4b');
    // What its licence or a later version forbids is not kept.
    assert.equal(chooseEditor('sdxl', ['klein-4b'], { runId: 'mina-1', editor: 'kontext' })?.editor, 'klein-4b');
  });

  it('is told as decided where no worker could be asked', () => {
    assert.match(undecidedWords('sd15') ?? '', /chosen when the run starts: qwen-edit-2511 or klein-4b where a worker/);
    assert.equal(undecidedWords('krea2'), null);
  });
});
