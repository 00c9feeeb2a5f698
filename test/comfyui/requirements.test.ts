import assert from 'node:assert/strict';
import { olderThan, requireFor } from '../../src/comfyui/index.js';
import { startRig, type Rig } from './rig.js';

describe('what a server must be before it renders a family', () => {
  let rig: Rig;
  before(async () => {
    rig = await startRig();
  });
  after(() => rig.close());

  const version = (comfyui_version: string) => ({
    do: 'answer' as const,
    status: 200,
    body: JSON.stringify({
      system: { comfyui_version, python_version: '3.12', pytorch_version: '2.9', os: 'posix', argv: [] },
      devices: [],
    }),
  });

  it('an older one renders, and loses parts of the LoRAs without a word', async () => {
    rig.proxy.plant(/system_stats/, version('0.10.9'), 1);
    await assert.rejects(requireFor(rig.client, 'z-image'), {
      type: 'missing-on-server',
      message: /is version 0\.10\.9, but z-image needs 0\.11\.0 or later.*Update ComfyUI/,
    });
    assert.equal(rig.proxy.count(/POST \/prompt/), 0);
  });

  it('one without a node of the sweep is found out after the training', async () => {
    await assert.rejects(requireFor(rig.client, 'z-image'), {
      type: 'missing-on-server',
      message: /has no node .*ModelSamplingAuraFlow.*, which z-image needs: update ComfyUI/,
    });
  });

  it('a family that any server has asks it for nothing', async () => {
    const before = rig.proxy.count(/GET/);
    await requireFor(rig.client, 'sandbox');
    assert.equal(rig.proxy.count(/GET/), before);
  });

  it('takes a version by its letters', () => {
    assert.deepEqual(
      [
        ['0.3.64', '0.11.0'],
        ['0.11.0', '0.3.64'],
        ['0.10', '0.10.1'],
        ['0.33.0', '0.4.0'],
        ['0.11.0', '0.11.0'],
        ['0.23.0-rc1', '0.23.0'],
      ].map(([a, b]) => olderThan(a, b)),
      [true, false, true, false, false, false],
    );
  });
});
