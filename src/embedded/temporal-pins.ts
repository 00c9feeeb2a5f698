import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

export const temporalBinVersion = '1.9.1';

/** Of `bin/temporal` in each of its wheels, by platform and architecture: its publisher is not Temporal. */
const pins: Record<string, string> = {
  'linux-x64': '712217694cac9f786a72d4b6c876cd15f3dcf1bf31434d9fed6af25242a327a0',
  'linux-arm64': '667e9403cb2faaf439ecaa7eb7190e0d08521de6c9118da7fd26ad594281271d',
  'darwin-x64': 'd5776986d343fb789f49e4e7b6d3faca931c0877b71c6d4a7ac39dba467155cc',
  'darwin-arm64': '33c298d41f6eefebf01a28a3511f444480e939e21d3518cb0c12a4abad467c4b',
};

/** Undefined where there is no such program. */
export const pinnedSha256 = (platform = process.platform, arch = process.arch): string | undefined =>
  pins[`${platform}-${arch}`];

/** Null where there is no file that can be read. */
export async function sha256Of(path: string): Promise<string | null> {
  const hash = createHash('sha256');
  return await pipeline(createReadStream(path), hash).then(
    () => hash.digest('hex'),
    () => null,
  );
}
