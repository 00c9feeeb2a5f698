import type { ReportData, Strip } from '../../run/record.js';
import { mixedServersWords, serverName, sweepServers, wordsOf, type SweepServer } from '../../run/render-server.js';
import { html, type Content } from './markup.js';

/** Above the strips, where several servers rendered them. */
export function mixedNotice({ provenance }: Pick<ReportData, 'provenance'>): Content {
  const words = mixedServersWords((provenance.sweepServers ?? []) as SweepServer[]);
  return words && html`<aside class="notice" role="note"><p>${words}</p></aside>`;
}

/** Under a strip: which server rendered it, or which of its images each of them did. */
export function renderedBy({ images, baseline }: Strip): Content {
  const cells = [...(baseline ? [{ ...baseline, step: null }] : []), ...images];
  const servers = sweepServers(
    cells.map(({ step, server }) => ({ step, servers: server === undefined ? [] : [{ version: server }] })),
  );
  if (servers.length === 0) return null;
  const names = servers.map((server) => {
    const name = serverName(wordsOf(server));
    return servers.length === 1 ? name : `${name} (${cellWords(server.checkpoints)})`;
  });
  return html`<p class="quiet made">Rendered by ${names.join(' and ')}.</p>`;
}

function cellWords(checkpoints: SweepServer['checkpoints']): string {
  const steps = [...new Set(checkpoints.flatMap((step) => step ?? []))];
  const words = steps.length === 0 ? [] : [`${steps.length === 1 ? 'step' : 'steps'} ${steps.join(', ')}`];
  return [...(checkpoints.includes(null) ? ['no LoRA'] : []), ...words].join('; ');
}
