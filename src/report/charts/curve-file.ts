import type { ReportData } from '../../run/record.js';
import { escapeText } from '../html/markup.js';
import { filePalette, fontFamily } from './chart.js';
import { identityCurve } from './curve.js';
import { drawn, type DrawingMemory } from './drawing.js';

const width = 1200;
const height = 675;
const margin = 56;
const top = 128;

/** `curve.svg`: the identity curve as a picture to post, 16:9, with its title on white. */
export async function curveFile(data: ReportData, memory?: DrawingMemory): Promise<string> {
  const size = { width: width - 2 * margin, height: height - top - margin, fontSize: 17 };
  const chart = identityCurve(data, filePalette, size);
  const { ink, quiet, paper } = filePalette;
  const inside =
    (chart && (await drawn(chart, memory)).replace('<svg ', `<svg x="${margin}" y="${top}" `)) ??
    line('No checkpoint has been scored yet.', 330, 22, quiet);
  const subtitle = 'Mean cosine to portraits held out of training, 95% band; dashed: no LoRA';
  return `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${fontFamily}">
<title>${escapeText(`${data.run.name}: identity by checkpoint`)}</title>
<rect width="100%" height="100%" fill="${paper}"/>
${line(`${data.run.name} · identity by checkpoint`, 66, 32, ink, 600)}
${line(subtitle, 98, 18, quiet)}
${inside}
</svg>
`;
}

const line = (text: string, y: number, size: number, colour: string, weight = 400): string =>
  `<text x="${margin}" y="${y}" font-size="${size}" font-weight="${weight}" fill="${colour}">${escapeText(text)}</text>`;
