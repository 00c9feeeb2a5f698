import { pngOf } from './png.js';
import { auditFusion, type AuditedImage } from '../../src/dataset/fusion.js';
import { draw } from '../../src/sandbox/model/index.js';
import { figure } from '../figure.js';
import { surroundings } from './surroundings.js';

const clothes = ['red sweater', 'blue denim jacket', 'green hoodie', 'black blazer', 'yellow blouse', 'white t-shirt'];
const places = ['in a park', 'in a cafe', 'on a city street', 'plain green background', 'plain orange background'];
const lights = ['daylight', 'dramatic side light', 'warm light', 'cold light'];
type Part = 'clothes' | 'background' | 'light';
const all = { clothes, background: places, light: lights };
const imagesASet = 12;

/** One person in changing surroundings, of which `fused` is always the same, and unsaid. */
async function drawnSet(seed: number, fused?: Part): Promise<AuditedImage[]> {
  const images: AuditedImage[] = [];
  for (let at = 0; at < imagesASet; at += 1) {
    const shown = Object.entries(all).map(([part, words]) => [
      part,
      words[(part === fused ? seed : at * 7 + seed) % words.length],
    ]);
    const said = shown.filter(([part]) => part !== fused).map(([, words]) => words);
    const prompt = ['woman', 'bust shot', `yaw ${[-20, 0, 20][at % 3]}`, ...shown.map(([, words]) => words)].join(', ');
    const picture = draw({ prompt, negative: '', seed, width: 512, height: 512, loras: [] });
    const bytes = await pngOf(picture);
    const caption = ['mnaz', 'photo', ...said].join(', ');
    images.push({ name: `image-${at}`, caption, around: await surroundings(bytes, `${seed} ${fused} ${at}`) });
  }
  return images;
}

/** Ten sets with a planted fusion, and the same ten without. */
export async function audit(): Promise<void> {
  const names: Record<Part, string> = { clothes: 'clothes', background: 'background', light: 'light' };
  const parts: Part[] = ['clothes', 'background', 'light'];
  let found = 0;
  let falsely = 0;
  for (let seed = 1; seed <= 10; seed += 1) {
    const part = parts[seed % 3];
    const findings = auditFusion(await drawnSet(seed, part), 'mnaz').map(({ what }) => what);
    if (findings.some((finding) => finding.includes(names[part]))) found += 1;
    else console.error(`planted ${part} of seed ${seed} was not found`);
    const clean = auditFusion(await drawnSet(seed), 'mnaz').map(({ what }) => what);
    if (clean.length > 0) console.error(`clean set ${seed}: ${clean.join(', ')}`);
    falsely += clean.length;
  }
  figure('planted fusions found', [found], 'of 10', { least: 10 });
  figure('fusions found in ten clean sets', [falsely], '', { most: 1 });
}
