import assert from 'node:assert/strict';
import { familyNames, familyOf } from '../../src/project/families/index.js';
import {
  commercialConditions,
  commercialProblems,
  licenceLines,
  modelsUsed,
} from '../../src/project/families/licence.js';

describe('licences of model families', () => {
  it('a family limits commercial use without saying where its licence does, or hides its editor', () => {
    for (const family of familyNames.map(familyOf)) {
      for (const { licence } of modelsUsed(family))
        assert.equal(licence.clause !== undefined, licence.commercial !== 'yes', family.name);
      assert.equal(licenceLines(family).length, 1 + Number(!!family.renderer) + Number(!!family.editor), family.name);
    }
  });

  it('says of a non-commercial base that its LoRA may be sold', () => {
    const problems = commercialProblems(familyOf('flux1-dev'));
    assert.equal(problems.length, 2);
    assert.match(problems[0], /FLUX\.1-dev may not be used commercially .* section 1 .*https:/);
    assert.deepEqual(commercialProblems(familyOf('qwen-image')), []);
    assert.match(commercialProblems(familyOf('flux2-klein-9b'))[0], /klein-base-9B .* section 4\(a\).*https:/);
    assert.deepEqual(commercialProblems(familyOf('krea2')), []);
    assert.match(commercialConditions(familyOf('krea2'))[0], /Krea-2-Raw: .*US\$1M.*section 2\.3/);
    // Below its cap of revenue anybody may.
    assert.deepEqual(commercialProblems(familyOf('sd3')), []);
  });
});
