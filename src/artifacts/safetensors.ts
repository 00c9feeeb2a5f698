import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { isDeeperThan } from '../files/json.js';
import { fileLimits } from '../files/limits.js';
import { ForeignFileError, withRegularFile } from '../files/regular-file.js';
import { FiniteCheck } from './finite-check.js';
import { dtypeBytes, isDtype, type Dtype } from './tensor-dtypes.js';

/** Far above any LoRA's header (0.1 to 1 MB); the Rust library's own limit is 100 MB. Parsed at once, so it must be quick. */
const maxHeaderBytes = 8 * 1024 * 1024;
/** The largest LoRAs have some 5,000. */
const maxTensors = 50_000;
/** Object, tensor, its shape or offsets. */
const maxHeaderDepth = 3;
const chunkBytes = 1024 * 1024;
const lengthBytes = 8;

export class SafetensorsError extends Error {
  override readonly name = 'SafetensorsError';
  /** What ApplicationFailure carries. */
  readonly type = 'lora-broken';
  constructor(
    readonly kind: 'unreadable' | 'truncated' | 'malformed' | 'too-large' | 'unsupported',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export interface TensorInfo {
  name: string;
  dtype: Dtype;
  shape: number[];
  /** First byte and the byte after the last one, counted from the end of the header. */
  offsets: [number, number];
}

export interface SafetensorsHeader {
  metadata: Record<string, string>;
  /** In the order of their data. */
  tensors: TensorInfo[];
  /** The JSON with its padding, without the eight bytes of its length. */
  headerBytes: number;
  fileBytes: number;
}

type Source = { label: string; sizeBytes: number; read(at: number, length: number): Promise<Buffer> };

/**
 * Parses and checks the header: tensors fit their shapes, follow each other without a gap, and end where the file ends.
 * Throws SafetensorsError.
 */
export function readSafetensorsHeader(path: string): Promise<SafetensorsHeader> {
  return withFile(path, readHeader);
}

/** The name of the first tensor that holds a NaN or an infinity, or null. Reads the file in pieces of 1 MiB. */
export function firstNonFinite(path: string): Promise<string | null> {
  return withFile(path, async (source) => {
    const { tensors, headerBytes, fileBytes } = await readHeader(source);
    const check = new FiniteCheck(tensors);
    const start = lengthBytes + headerBytes;
    for await (const piece of pieces(source, start, fileBytes - start)) {
      check.feed(piece);
      if (check.broken !== null) break;
    }
    return check.broken;
  });
}

/** sha256 of everything after the header: what ai-toolkit writes as `sshs_model_hash`, the same whatever the metadata. */
export function dataSha256(path: string): Promise<string> {
  return withFile(path, async (source) => {
    const { headerBytes, fileBytes } = await readHeader(source);
    const hash = createHash('sha256');
    const start = lengthBytes + headerBytes;
    for await (const piece of pieces(source, start, fileBytes - start)) hash.update(piece);
    return hash.digest('hex');
  });
}

const sizeOf = (dtype: Dtype, shape: readonly number[]): number =>
  shape.reduce((product, length) => product * length, dtypeBytes[dtype]);

async function readHeader(source: Source): Promise<SafetensorsHeader> {
  const { label, sizeBytes } = source;
  if (sizeBytes < lengthBytes) throw new SafetensorsError('truncated', `${label} is too short for a safetensors file.`);
  const declared = (await source.read(0, lengthBytes)).readBigUInt64LE();
  if (declared > BigInt(maxHeaderBytes)) {
    throw new SafetensorsError(
      'too-large',
      `${label} is not a safetensors file: its header would be ${declared} bytes.`,
    );
  }
  const headerBytes = Number(declared);
  if (lengthBytes + headerBytes > sizeBytes) {
    throw new SafetensorsError('truncated', `${label} is cut off inside its header.`);
  }
  const { metadata, tensors } = parseHeader(await source.read(lengthBytes, headerBytes), label);
  const expectedBytes = lengthBytes + headerBytes + checkLayout(tensors, label);
  if (expectedBytes !== sizeBytes) {
    const kind = sizeBytes < expectedBytes ? 'truncated' : 'malformed';
    throw new SafetensorsError(kind, `${label} has ${sizeBytes} bytes, but its header says ${expectedBytes}.`);
  }
  return { metadata, tensors, headerBytes, fileBytes: sizeBytes };
}

function parseHeader(bytes: Buffer, label: string): Pick<SafetensorsHeader, 'metadata' | 'tensors'> {
  const malformed = (what: string): never => {
    throw new SafetensorsError('malformed', `${label} is not a valid safetensors file: ${what}.`);
  };
  if (isDeeperThan(maxHeaderDepth, bytes)) malformed('its header is nested too deeply');
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString('utf8'));
  } catch {
    malformed('its header is not JSON');
  }
  if (!isRecord(json)) return malformed('its header is not an object');
  const tensors: TensorInfo[] = [];
  const entries = Object.entries(json);
  if (entries.length > maxTensors) {
    throw new SafetensorsError('too-large', `${label} contains ${entries.length} tensors: the limit is ${maxTensors}.`);
  }
  for (const [key, entry] of entries) {
    if (key === '__metadata__') continue;
    const name = key.length > maxNameLength ? `${key.slice(0, maxNameLength)}…` : key;
    const { dtype, shape, data_offsets: offsets } = isRecord(entry) ? entry : {};
    if (typeof dtype !== 'string' || !isDtype(dtype)) return malformed(`tensor ${name} has no known dtype`);
    if (!isCounts(shape)) return malformed(`tensor ${name} has no shape`);
    if (!isCounts(offsets) || offsets.length !== 2) return malformed(`tensor ${name} has no offsets`);
    tensors.push({ name: key, dtype, shape, offsets: [offsets[0], offsets[1]] });
  }
  const written = isRecord(json.__metadata__) ? Object.entries(json.__metadata__) : [];
  if (written.some(([, value]) => typeof value !== 'string'))
    return malformed('its metadata contains values other than strings');
  return { metadata: Object.fromEntries(written) as Record<string, string>, tensors };
}

/** In messages. */
const maxNameLength = 100;

/** Sorts by position and returns the number of data bytes. */
function checkLayout(tensors: TensorInfo[], label: string): number {
  tensors.sort((a, b) => a.offsets[0] - b.offsets[0] || a.offsets[1] - b.offsets[1]);
  let end = 0;
  for (const { name, dtype, shape, offsets } of tensors) {
    if (offsets[0] !== end || offsets[1] - offsets[0] !== sizeOf(dtype, shape)) {
      throw new SafetensorsError(
        'malformed',
        `${label} is not a valid safetensors file: tensor ${name.slice(0, maxNameLength)} is misplaced.`,
      );
    }
    end = offsets[1];
  }
  return end;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isCounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((count) => Number.isSafeInteger(count) && count >= 0);

async function* pieces(source: Source, start: number, length: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < length; at += chunkBytes) yield source.read(start + at, Math.min(chunkBytes, length - at));
}

async function withFile<T>(path: string, use: (source: Source) => Promise<T>): Promise<T> {
  try {
    return await withRegularFile(path, { maxBytes: fileLimits.checkpoint }, (file, sizeBytes) =>
      use(fileSource(path, file, sizeBytes)),
    );
  } catch (cause) {
    if (!(cause instanceof ForeignFileError)) throw cause;
    const kind = cause.kind === 'too-large' ? 'too-large' : 'unreadable';
    throw new SafetensorsError(kind, `${path} can't be opened: it ${cause.reason}.`, { cause });
  }
}

function fileSource(path: string, file: FileHandle, sizeBytes: number): Source {
  const read = async (at: number, length: number): Promise<Buffer> => {
    const buffer = Buffer.allocUnsafe(length);
    for (let done = 0; done < length;) {
      const { bytesRead } = await file.read(buffer, done, length - done, at + done);
      if (bytesRead === 0) throw new SafetensorsError('truncated', `${path} became shorter while it was being read.`);
      done += bytesRead;
    }
    return buffer;
  };
  return { label: path, sizeBytes, read };
}
