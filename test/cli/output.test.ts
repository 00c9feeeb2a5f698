import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';
import { headersOf } from '../../src/cli/worker-settings.js';
import { plain, printJson, table } from '../../src/cli/output.js';
import { temporaryFolder } from '../support/folder.js';

describe('the terminal', () => {
  it('obeys an escape, a title, a link or a turn of direction in what came from outside', () => {
    const told: [string, string][] = [
      ['a\u001b[2J\u001b[31mb\u001b[0m', 'ab'],
      ['a\u001b]0;pwned\u0007b', 'ab'],
      ['a\u001b]8;;http://evil.test\u001b\\b', 'ab'],
      ['a\u009b2Jb\u009d0;pwned\u009cc', 'abc'],
      ['a\u001bP1$q\u001b\\b\u001bcd', 'abd'],
      ['a\u001b', 'a'],
      ['safe\u202etxt.exe\u2066\u200f', 'safetxt.exe'],
      ['line\none\r\u0008\u0000', 'line\none   '],
      ['größe 写真 é 👩‍🦰', 'größe 写真 é 👩‍🦰'],
    ];
    for (const [text, shown] of told) assert.equal(plain(text), shown, JSON.stringify(text));
  });

  it('gets a table whose columns are shifted by a name in Hangul', () => {
    const [korean, latin] = table([
      ['미나', 'sandbox'],
      ['mina', 'sdxl'],
    ]).split('\n');
    assert.deepEqual([korean, latin], ['미나  sandbox', 'mina  sdxl']);
  });

  it('gets them in a JSON document, or the document is another one for it', () => {
    const document = { name: 'a\u001b[2J\u009b2J\u202eb\u2028' };
    const written: string[] = [];
    const { write } = process.stdout;
    process.stdout.write = (text: string | Uint8Array) => written.push(String(text)) > 0;
    try {
      printJson(document);
    } finally {
      process.stdout.write = write;
    }
    assert.match(written.join(''), /^[\n\x20-\x7e]*$/);
    assert.deepEqual(JSON.parse(written.join('')), document);
  });
});

describe('output that can not be written', function () {
  before(function () {
    if (!existsSync('/dev/full')) this.skip();
  });

  const run = (words: string[], { stdout, stderr }: { stdout: string; stderr: string }) => {
    const files = [stdout, stderr].map((path) => (path === 'pipe' ? path : openSync(path, 'w')));
    return spawnSync(process.execPath, ['bin/azit.js', ...words], { stdio: ['ignore', ...files], encoding: 'utf8' });
  };

  it('is a stack trace of Node where the disk is full', () => {
    const { status, stderr } = run(['schema'], { stdout: '/dev/full', stderr: 'pipe' });
    assert.equal(status, 4);
    assert.match(stderr, /^The output can't be written \(ENOSPC\)\.\nfix: .*disk.*\n$/);
  });

  it('changes the exit code of a command that has only complaints to write', () => {
    assert.equal(run(['plan', 'none.yaml'], { stdout: 'pipe', stderr: '/dev/full' }).status, 2);
  });
});

describe('a header of a file', () => {
  it('is not read, or its fault shows the value', async () => {
    const folder = await temporaryFolder({ headers: 'Authorization: Bearer x\n\nX-Team: a\n' });
    assert.deepEqual(headersOf([`@${folder}/headers`]), { Authorization: 'Bearer x', 'X-Team': 'a' });
    assert.throws(() => headersOf([`@${folder}/none`]), /UsageError: .*is not a file/);
    assert.throws(() => headersOf(['@/dev/zero']), /is not a file/);
  });
});
