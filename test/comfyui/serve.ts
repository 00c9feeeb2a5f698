import type { ComfyVersion } from '../../src/sandbox/comfyui/dialect.js';
import { startSandboxComfy } from '../../src/sandbox/comfyui/index.js';

const dayMs = 24 * 60 * 60_000;

/** SIGUSR2 sets this process's clock a day back, as a person or a time server does to a machine. */
let shiftMs = 0;
process.on('SIGUSR2', () => (shiftMs -= dayMs));
const now = Date.now.bind(Date);
globalThis.Date = class extends Date {
  static override now = (): number => now() + shiftMs;
  constructor(...given: [] | ConstructorParameters<typeof Date>) {
    super(...((given.length > 0 ? given : [now() + shiftMs]) as [number]));
  }
} as DateConstructor;

/** A server in a process of its own: `serve.ts PORT FOLDER RENDER_MS VERSION`. */
const [port, baseDirectory, fixedRenderMs, version] = process.argv.slice(2);
const { url } = await startSandboxComfy({
  port: Number(port),
  baseDirectory,
  fixedRenderMs: Number(fixedRenderMs),
  version: version as ComfyVersion,
});
console.log(url);
