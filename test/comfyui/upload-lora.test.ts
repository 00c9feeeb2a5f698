import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import busboy from 'busboy';
import { readSafetensorsHeader } from '../../src/artifacts/safetensors.js';
import { serializeSafetensors } from '../support/safetensors.js';
import { createComfyClient, type ComfyClient } from '../../src/comfyui/index.js';

/** The assets of 0.33.0 as far as a LoRA's way goes, with its traps: content is known by its hash, whatever its role. */
class Assets {
  readonly known = new Map<string, { bytes: Buffer; listed: boolean }>();
  readonly fields: string[] = [];
  posts = 0;
  offered = true;
  /** In place of taking the file. */
  status: number | null = null;
  /** Null: a gateway does not pass it. */
  log: string[] | null = null;

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const send = (status: number, value: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    };
    if (request.url === '/features') return send(200, { assets: this.offered });
    const names = [...this.known].filter(([, { listed }]) => listed).map(([hash]) => `${hash}.safetensors`);
    if (request.url === '/models/loras') return send(200, names);
    if (request.url === '/internal/logs/raw') {
      const entries = this.log?.map((m, at) => ({ t: String(at), m }));
      return entries ? send(200, { entries }) : send(404, {});
    }
    this.posts++;
    const bytes = await this.#file(request);
    if (this.status !== null) return send(this.status, {});
    const hash = hashOf(bytes);
    const isNew = !this.known.has(hash);
    if (isNew) this.known.set(hash, { bytes, listed: true });
    const path = isNew ? { loader_path: `${hash}.safetensors` } : {};
    send(isNew ? 201 : 200, { id: 'x', hash: `blake3:${hash}`, size: bytes.length, created_new: isNew, ...path });
  }

  async #file(request: IncomingMessage): Promise<Buffer> {
    const parser = busboy({ headers: request.headers });
    const pieces: Buffer[] = [];
    parser.on('field', (name) => this.fields.push(name));
    parser.on('file', (name, stream) => {
      this.fields.push(name);
      stream.on('data', (piece: Buffer) => pieces.push(piece));
    });
    request.pipe(parser);
    await once(parser, 'close');
    return Buffer.concat(pieces);
  }
}

const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe('comfyui LoRAs by upload', () => {
  let folder: string;
  let server: Server;
  let assets: Assets;
  let client: ComfyClient;
  const bytes = serializeSafetensors(
    new Map([['a.lora_A.weight', { dtype: 'F32' as const, shape: [3], data: [1, 2, 3] }]]),
  );
  const upload = (): Promise<string> => client.ensureLora(join(folder, 'x.safetensors'), hashOf(bytes), 'x');

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'azit-upload-'));
    await writeFile(join(folder, 'x.safetensors'), bytes);
    server = createServer((request, response) => void assets.answer(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    client = createComfyClient({ baseUrl, timeouts: { unreachableMs: 1000 } });
  });
  beforeEach(() => (assets = new Assets()));
  after(async () => {
    await client.close();
    server.close();
    await rm(folder, { recursive: true });
  });

  it('arrives whole, tags before the file, under the name that the server lists; a second time finds it', async () => {
    const name = await upload();
    assert.equal(name, `${hashOf(bytes)}.safetensors`);
    assert.deepEqual(assets.known.get(hashOf(bytes))?.bytes, bytes);
    assert.deepEqual(assets.fields, ['tags', 'name', 'file']);
    assert.equal(await upload(), name, 'no path in the reply: derived from the hash');
  });

  it('is known in another role, or was deleted from the disk: becomes new content with the same tensors', async () => {
    assets.known.set(hashOf(bytes), { bytes, listed: false });
    const name = await upload();
    const stored = assets.known.get(name.replace('.safetensors', ''))?.bytes ?? Buffer.alloc(0);
    assert.notDeepEqual(stored, bytes);
    await writeFile(join(folder, 'stored.safetensors'), stored);
    const header = (path: string) => readSafetensorsHeader(join(folder, path));
    assert.deepEqual((await header('stored.safetensors')).tensors, (await header('x.safetensors')).tensors);
    assert.deepEqual(stored.subarray(-12), (await readFile(join(folder, 'x.safetensors'))).subarray(-12));
  });

  it('fails with 500 for want of a user and is tried for minutes, or a gateway is not named', async () => {
    assets.status = 500;
    const multiUser = /failed with 500 for \/api\/assets .*3 times in a row.*--multi-user.*--header 'comfy-user: ID'/;
    await assert.rejects(upload(), { kind: 'failing', type: 'server-failing', message: multiUser });
    assert.equal(assets.posts, 3);
    const traceback = 'Traceback (most recent call last):\n  File "server.py", line 1, in x\n';
    assets.log = [traceback, "KeyError: 'Unknown user: default'\n"];
    await assert.rejects(upload(), { kind: 'bad-setting', message: multiUser });
    assets.log = [traceback, 'sqlite3.OperationalError: database is locked\n'];
    await assert.rejects(upload(), {
      kind: 'failing',
      message: /Its latest exception: sqlite3\.OperationalError: database/,
    });
    assets.status = 413;
    await assert.rejects(upload(), { kind: 'too-large', message: /--max-upload-size.*client_max_body_size/ });
  });

  it('is offered no way: one sentence that names both cures', async () => {
    assets.offered = false;
    await assert.rejects(upload(), { kind: 'bad-setting', message: /--loras-dir.*--enable-assets/ });
    assert.equal(assets.posts, 0);
  });
});
