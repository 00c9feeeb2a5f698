import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dockerFile, exampleVariables, readCompose, root } from './compose-file.js';

interface Stage {
  name: string;
  from: string;
  /** Instructions with their continued lines joined. */
  lines: string[];
}

describe('docker/Dockerfile', () => {
  const stages = stagesOf(dockerFile('Dockerfile'));
  const final = stages.filter(({ lines }) => lines.some((line) => line.startsWith('ENTRYPOINT')));

  it('every base is pinned to a version', () => {
    for (const { name, from } of stages) {
      if (from !== 'scratch') assert.match(from, /^[a-z]+:\d+\.\d+\.\d+-[a-z-]+$/, name);
    }
  });

  it('every target that compose builds runs azit as a user who is not root, and is checked', () => {
    const built = Object.values(readCompose({ ...exampleVariables(), POSTGRES_PASSWORD: 'x' }).services);
    const targets = new Set(built.flatMap(({ build }) => (build ? [build.target] : [])));
    assert.deepEqual(final.map(({ name }) => name).sort(), [...targets].sort());
    for (const { name, lines } of final) {
      const users = lines.filter((line) => line.startsWith('USER ')).map((line) => line.slice(5));
      assert.ok(users.length > 0 && !/^(root|0)\b/.test(users.at(-1) ?? 'root'), `${name} runs as ${users.at(-1)}`);
      assert.ok(lines.includes('ENTRYPOINT ["azit"]'), name);
      assert.ok(
        lines.some((line) => line.startsWith('HEALTHCHECK ')),
        name,
      );
    }
  });

  it('everything copied from the repository is there and is not ignored', () => {
    const kept = readFileSync(`${root}.dockerignore`, 'utf8').split('\n');
    assert.ok(kept.includes('*'));
    const sources = stages.flatMap(({ lines }) => lines.flatMap(contextSourcesOf));
    assert.ok(sources.length > 5);
    for (const source of sources) {
      const path = source.replace(/^\.\//, '');
      assert.ok(existsSync(root + path), `${path} is there`);
      assert.ok(kept.includes(`!${path}`), `.dockerignore lets ${path} through`);
    }
  });

  it('every stage copied from is one of the file', () => {
    const names = stages.map(({ name }) => name);
    for (const { lines } of stages) {
      for (const line of lines) {
        const from = /^COPY --from=(\S+)/.exec(line)?.[1];
        if (from) assert.ok(names.includes(from), line);
      }
    }
  });

  it('every npm script and file that the build runs exists', () => {
    const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { scripts: Record<string, string> };
    for (const [, script] of dockerFile('Dockerfile').matchAll(/npm run (\w+)/g)) assert.ok(scripts[script], script);
  });
});

function stagesOf(text: string): Stage[] {
  const lines = text
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  const stages: Stage[] = [];
  for (const line of lines) {
    const [, from, name] = /^FROM (\S+) AS (\S+)$/.exec(line) ?? [];
    if (from) stages.push({ name, from, lines: [] });
    else stages.at(-1)?.lines.push(line);
  }
  return stages;
}

/** What a COPY takes from the build context. */
function contextSourcesOf(line: string): string[] {
  if (!line.startsWith('COPY ') || line.includes('--from=')) return [];
  return line.split(/\s+/).slice(1, -1);
}
