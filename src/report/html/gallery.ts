import type { Strip } from '../../run/record.js';
import { capital, identityWords, plural } from '../numbers.js';
import { firstSeeds, shownStrips, type ShownStrip } from '../shown.js';
import { stripFolders } from '../wanted.js';
import { standOutWord, type PageContext } from './context.js';
import { pictureLink } from './figure.js';
import { html, type Content, type Markup } from './markup.js';
import { strengthWords } from '../../run/checkpoint-record.js';
import { standsOut } from '../strengths.js';
import { moreIn } from './sheet.js';
import { mixedNotice, renderedBy } from './servers.js';

/** The checkpoint comparison: one strip a prompt, the swept steps from left to right. */
export function gallery(context: PageContext): Markup {
  const { strips } = context.data;
  const shown = shownStrips(strips);
  const folders = stripFolders(strips);
  const steps = [...new Set(strips.flatMap(({ images }) => images.map(({ step }) => step)))].sort((a, b) => a - b);
  const title =
    steps.length === 0
      ? 'Nothing rendered yet'
      : steps.length === 1
        ? `Step ${steps[0]}`
        : `Steps ${steps[0]} – ${steps[steps.length - 1]}`;
  const intro =
    steps.length === 0
      ? 'Each checkpoint is rendered with every prompt as soon as it is published, and its images appear here.'
      : `Each strip is one prompt and one seed, rendered with ${plural(steps.length, 'checkpoint')} of the same training, in training order. The first image shows the same prompt and seed without any LoRA. ${strengthsIntro(context)}The number under each image is its identity score: the mean cosine similarity to portraits held out of training.`;
  return html`<section class="gallery" id="gallery" aria-labelledby="gallery-title">
    <header>
      <p class="eyebrow">Checkpoint comparison gallery</p>
      <h2 id="gallery-title">${title}</h2>
      <p class="intro">${intro}</p>
      ${mixedNotice(context.data)}
    </header>
    ${byPrompt(strips.map((strip, index) => ({ strip, shown: shown[index], folder: folders[index] }))).map((group) => stripSection(group, context))}
  </section>`;
}

const strengthsIntro = ({ data }: PageContext): string =>
  data.run.strengths ? 'Each strength of the LoRA has a row of its own. ' : '';

interface GalleryStrip {
  strip: Strip;
  shown: ShownStrip;
  folder: string;
}

/** The strengths of a prompt stand together. */
function byPrompt(all: readonly GalleryStrip[]): GalleryStrip[][] {
  if (all.some(({ strip }) => strip.strength === undefined)) return all.map((one) => [one]);
  const prompts = [...new Set(all.map(({ strip }) => strip.prompt))];
  return prompts.map((prompt) => all.filter(({ strip }) => strip.prompt === prompt));
}

/** Longer ones are set small on paper: with its images such a prompt would fill more than a page. */
const longPrompt = 600;

function stripSection(group: GalleryStrip[], context: PageContext): Markup {
  const [{ strip }] = group;
  const firsts = firstSeeds(strip);
  const range =
    firsts.length > 1
      ? `${firsts.length} steps · ${firsts[0].step} → ${firsts[firsts.length - 1].step}`
      : plural(firsts.length, 'step');
  return html`<article class="strip">
    <header>
      <h3 dir="auto">${strip.prompt}</h3>
      <p class="range">${range}</p>
      <p class="prompt${strip.text.length > longPrompt ? ' long' : ''}" dir="auto">${strip.text}</p>
    </header>
    ${group.map((one) => stripRows(one, context))}${renderedBy({ ...strip, images: group.flatMap((one) => one.strip.images) })}
  </article>`;
}

function stripRows({ strip, shown, folder }: GalleryStrip, context: PageContext): Markup {
  const firsts = firstSeeds(strip);
  const { further: rows, more } = shown;
  return html`${strip.strength !== undefined && html`<p class="count">Strength ${strip.strength}</p>`}
  ${firsts.length === 0 ? html`<p class="quiet">Not rendered yet.</p>` : shown.firsts.length > 0 && row(strip, firsts, 'first', context)}
  ${
    rows.length > 0 &&
    html`<details>
      <summary>${plural(rows.length, 'further seed')}</summary>
      <div class="seeds">
        ${rows.map(
          ({ seed, images }) =>
            html`<div>
              <p class="count">Seed ${seed}</p>
              ${row(strip, images, 'further', context)}
            </div>`,
        )}
      </div>
    </details>`
  }
  ${moreIn(more, folder)}`;
}

type Cell = { image: Strip['images'][number]['image']; seed: number; identity: number | null };

/** More in a line would be too small to compare. */
const mostInALine = 8;

/** Lines of equal length: sixteen are two lines of eight. */
const columnsOf = (count: number): number => Math.ceil(count / Math.ceil(count / mostInALine));

/** Long ones go on in the next line: what stands beyond the edge of a screen or a page is not compared. */
function row(strip: Strip, images: Strip['images'], kind: 'first' | 'further', context: PageContext): Markup {
  const use = kind === 'first' ? 'strip' : 'sheet';
  const at = strengthWords(strip.strength);
  const one = (cell: Cell, label: string, mark: string): Content => {
    const score = cell.identity === null ? 'no face' : identityWords(cell.identity);
    const alt = `${label}${mark === 'baseline' ? '' : at}, prompt ${strip.prompt}, seed ${cell.seed}: ${cell.identity === null ? score : `identity ${score}`}`;
    return html`<li class="${mark}">
      ${pictureLink(context.album, cell.image, use, alt)}
      <p><span>${label}</span><b>${score}</b></p>
      ${mark === 'chosen' && html`<p class="tag">${capital(standOutWord(context.data))}</p>`}
    </li>`;
  };
  // A further seed has no image without LoRA of its own: its steps stand under the same steps all the same.
  const count = images.length + (strip.baseline ? 1 : 0);
  const first = kind === 'further' && strip.baseline && count <= mostInALine && ';--first:2';
  return html`<ol
    class="row ${kind}"
    style="--columns:${columnsOf(count)}${first}"
    aria-label="${strip.prompt}${at}: checkpoints in training order"
  >
    ${kind === 'first' && strip.baseline && one(strip.baseline, 'No LoRA', 'baseline')}${images.map((image) =>
      one(image, `Step ${image.step}`, standsOut(context.data.choice, image.step, strip.strength) ? 'chosen' : ''),
    )}
  </ol>`;
}
