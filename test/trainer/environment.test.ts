import assert from 'node:assert/strict';
import { trainerEnvironment } from '../../src/trainer/environment.js';

describe('the environment of a training', () => {
  const kept = {
    PATH: '/bin',
    HOME: '/home/me',
    LC_ALL: 'C.UTF-8',
    https_proxy: 'http://proxy:3128',
    PYTHONPATH: '/x',
    PYTORCH_CUDA_ALLOC_CONF: 'expandable_segments:True',
    CUDA_HOME: '/usr/local/cuda',
    HF_HOME: '/cache',
    HF_TOKEN: 'of the models',
    NCCL_DEBUG: 'INFO',
    OMP_NUM_THREADS: '2',
  };
  const secrets = {
    AWS_ACCESS_KEY_ID: 'a',
    AWS_SECRET_ACCESS_KEY: 'b',
    TEMPORAL_API_KEY: 'c',
    AZIT_COMFYUI_HEADERS: 'Authorization: d',
    GITHUB_TOKEN: 'e',
    OPENAI_API_KEY: 'f',
    SSH_AUTH_SOCK: 'g',
    AMQP_PASSWORD: 'h',
    PYTHIA_KEY: 'i',
  };

  it('holds keys of others, or lacks what a Python with a GPU needs', () => {
    assert.deepEqual(trainerEnvironment([], { ...kept, ...secrets }), kept);
  });

  it('lacks what the person has named', () => {
    const env = { ...secrets, AZIT_TRAINER_ENV: 'GITHUB_TOKEN, OPENAI_API_KEY' };
    assert.deepEqual(trainerEnvironment([], env), { GITHUB_TOKEN: 'e', OPENAI_API_KEY: 'f' });
  });
});
