import { startSandboxComfy } from '../../src/sandbox/comfyui/index.js';

/** A server in a process of its own, to be killed: `serve.ts PORT FOLDER RENDER_MS`. */
const [port, baseDirectory, fixedRenderMs] = process.argv.slice(2);
const { url } = await startSandboxComfy({
  port: Number(port),
  baseDirectory,
  fixedRenderMs: Number(fixedRenderMs),
});
console.log(url);
