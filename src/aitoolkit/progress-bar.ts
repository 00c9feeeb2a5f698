import type { BarReading } from '../trainer/index.js';

/**
 * Checked against about 2,800 painted segments of ai-toolkit 0.12.26; the glyphs differ with the stream, so any do. Times
 * and rates are negative for as long as the clock was set back in the middle.
 */
const bar =
  /^(.+?):\s+(\d+)%\|[^|]*\|\s*(\d+)\/(\d+) \[([-\d:]+)<([-\d:]+|\?),\s+(-?[\d.]+|\?)(it\/s|s\/it)(?:, lr: (\S+)((?: \S+: \S+)*))?\]/;

/** Reads one painted segment of the job's own bar; null for other bars (loading, caching) and for other text. */
export function readBar(name: string, segment: string): BarReading | null {
  const match = bar.exec(segment);
  if (!match || match[1] !== name) return null;
  const [, , , done, total, , , rate, unit, , values] = match;
  const lossText = /(?:^| )loss: (\S+)/.exec(values ?? '')?.[1] ?? null;
  const loss = lossText === null ? NaN : Number(lossText);
  return {
    done: Number(done),
    total: Number(total),
    lossText,
    loss: Number.isFinite(loss) ? loss : null,
    secondsPerStep: secondsPerStep(rate, unit),
  };
}

/** tqdm turns its rate over at one second a step. */
function secondsPerStep(rate: string, unit: string): number | null {
  const value = Number(rate);
  if (!(value > 0)) return null;
  return unit === 's/it' ? value : 1 / value;
}
