import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

/** Looked at: they check what the registry brought, and fetch nothing. */
const harmless = ['node_modules/@swc/core', 'node_modules/@grpc/proto-loader/node_modules/protobufjs'];

describe('install: dependencies', () => {
  it('no dependency runs an install script, which may need a host that a person can not reach', async () => {
    const { packages } = JSON.parse(await readFile('package-lock.json', 'utf8')) as {
      packages: Record<string, { hasInstallScript?: boolean; dev?: boolean }>;
    };
    const scripted = Object.entries(packages)
      .filter(([path, { hasInstallScript, dev }]) => path !== '' && hasInstallScript && !dev)
      .map(([path]) => path);
    assert.deepEqual(
      scripted.filter((path) => !harmless.includes(path)),
      [],
    );
  });
});
