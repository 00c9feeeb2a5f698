import os from 'node:os';
import { azitVersion } from '../../../machine/version.js';
import type { Engine } from '../engine.js';
import type { Dialect } from '../dialect.js';
import { json, text } from '../http.js';
import type { Router } from '../router.js';

export function addSystemRoutes(router: Router, engine: Engine): void {
  router.only('GET', '/', () => ({
    ...text(200, '<!doctype html><title>ComfyUI</title>'),
    headers: { 'content-type': 'text/html' },
  }));
  router.both('GET', '/system_stats', () => json(systemStats(engine.argv, engine.dialect)));
  router.both('GET', '/features', () => json(engine.dialect.features));
  router.only('GET', '/internal/logs/raw', () => json({ entries: engine.log.entries, size: { cols: 80, rows: 24 } }));
  if (!engine.dialect.hasAssets) return;
  const disabled = { error: { code: 'SERVICE_DISABLED', message: 'Assets system is disabled.', details: {} } };
  for (const path of ['/api/assets', '/api/assets/{id}', '/api/assets/hash/{hash}']) {
    router.only('GET', path, () => json(disabled, 503));
    router.only('POST', path, () => json(disabled, 503));
  }
}

function systemStats(argv: string[], { version, isStrict }: Dialect): Record<string, unknown> {
  const memory = { total: os.totalmem(), free: os.freemem() };
  return {
    system: {
      os: isStrict ? 'linux' : 'posix',
      ram_total: memory.total,
      ram_free: memory.free,
      comfyui_version: version,
      required_frontend_version: '1.49.6',
      installed_templates_version: null,
      required_templates_version: '0.11.16',
      comfy_package_versions: [],
      python_version: '3.11.7 (main, azit sandbox) [GCC 12.2.0]',
      pytorch_version: '2.13.0+cpu',
      embedded_python: false,
      // Where a ComfyUI says what it is part of (its file .comfy_environment).
      deploy_environment: `azit-sandbox ${azitVersion()}`,
      argv,
    },
    devices: [
      {
        name: 'cpu',
        type: 'cpu',
        index: null,
        vram_total: memory.total,
        vram_free: memory.free,
        torch_vram_total: memory.total,
        torch_vram_free: memory.free,
      },
    ],
  };
}
