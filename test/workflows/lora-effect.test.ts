import assert from 'node:assert/strict';
import { familyOf } from '../../src/project/families/index.js';
import { loraFault, type Looks } from '../../src/workflows/lora-effect.js';

const same: Looks = { items: [{ key: 'base-1', pixelsSha256: 'a' }] };

describe('a LoRA without effect', () => {
  it('of a family that renders with another model names both, for the base that it was trained on cures nothing', () => {
    const fault = loraFault(200, same, same, familyOf('z-image'));
    assert.match(
      fault?.message ?? '',
      /trained on Tongyi-MAI\/Z-Image and is to be rendered by Tongyi-MAI\/Z-Image-Turbo/,
    );
    assert.match(fault?.message ?? '', /ComfyUI 0\.11\.0 or later/);
    assert.doesNotMatch(loraFault(200, same, same, familyOf('sdxl'))?.message ?? '', /trained on/);
  });
});
