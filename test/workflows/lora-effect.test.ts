import assert from 'node:assert/strict';
import { familyOf } from '../../src/project/families/index.js';
import { olderThan } from '../../src/cli/doctor-comfyui.js';
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

  it('a version is older by its numbers, not by its letters', () => {
    assert.ok(olderThan('0.3.64', '0.11.0'));
    assert.ok(!olderThan('0.33.0', '0.4.0'));
    assert.ok(!olderThan('0.11.0', '0.11.0'));
    assert.ok(olderThan('0.10', '0.10.1'));
    assert.ok(!olderThan('1.0.0-rc1', '0.41.0'));
  });
});
