import { percent } from '../../text/figures.js';
import { testIds, testNames, type TestId } from '../../project/test-prompts.js';
import { stepShown } from '../../run/record.js';
import { type CheckpointTest, type Generalisation, strengthWords } from '../../run/checkpoint-record.js';
import { atEveryStrength, standsOut, type AtStrength } from '../strengths.js';
import { capital, sentence, identityWords, plural, signed } from '../numbers.js';
import { closePairs, type ClosePair } from '../tables.js';
import { standOutWord, type PageContext } from './context.js';
import { chartFigure, pictureLink } from './figure.js';
import { html, type Content, type Markup } from './markup.js';
import { checkpointTable, type TableRow } from './table.js';

/** Does the LoRA know the person, or its training images? Nothing where a run of an earlier version measured none of it. */
export function generalisation(context: PageContext): Content {
  const { data, tradeOff } = context;
  const measured = data.checkpoints.filter((checkpoint) => checkpoint.generalisation);
  if (measured.length === 0) return null;
  return html`<section class="numbers" id="generalisation" aria-labelledby="generalisation-title">
    <header>
      <p class="eyebrow">Identity versus generalisation</p>
      <h2 id="generalisation-title">Has it learnt the person or the images?</h2>
    </header>
    ${tradeOff && chartFigure(tradeOff, 'Trade-off of identity and generalisation by checkpoint.', 'Higher: more like the person. Further right: copies its training images less. The line joins the checkpoints' + strengthWords(data.choice?.strength) + ' in training order. Red: the ' + standOutWord(data) + ' step. Hollow: no LoRA, or a step that is ruled out.')}
    ${generalisationTable(context)}${(data.advice ?? []).map((one) => html`<p>${sentence(one)}</p>`)}${pairsOf(context)}
  </section>`;
}

const partNames: Record<string, string> = {
  faces: 'One face',
  pose: 'Pose',
  expression: 'Expression',
  framing: 'Framing',
};

function generalisationTable({ data, memorisationWithout }: PageContext): Markup {
  const sets: { name: string; of?: AtStrength; set?: Generalisation }[] = [
    { name: 'No LoRA', set: data.baselineGeneralisation },
    ...atEveryStrength(data).map((of) => ({
      name: `${of.step}${strengthWords(of.at)}`,
      of,
      set: of.generalisation,
    })),
  ];
  const known = sets.flatMap(({ set }) => (set ? [set] : []));
  const parts = Object.keys(partNames).filter((part) => known.some(({ adherence }) => Object.hasOwn(adherence, part)));
  const hasClip = known.some(({ clip }) => clip !== null);
  const hasMargin = data.checkpoints.some(({ margin }) => margin);
  const tests = testIds.filter((id) => data.checkpoints.some(({ tests = {} }) => tests[id]));
  const second = known.find(({ crossCheck }) => crossCheck)?.crossCheck?.embedder;
  const heads = [
    'Step',
    'Memorisation',
    'Near-copies',
    'Differ between seeds',
    'between prompts',
    ...parts.map((part) => partNames[part]),
    ...(hasClip ? ['CLIP'] : []),
    ...(second ? [`${second} disagrees`] : []),
    ...(hasMargin ? ['Ahead of look-alikes'] : []),
    ...tests.map((id) => capital(testNames[id])),
  ];
  const rows = sets.map(({ name, of, set }): TableRow => {
    const isChosen = of !== undefined && standsOut(data.choice, of.step, of.at);
    return {
      name: [name, isChosen && ` · ${standOutWord(data)}`, of?.failed && ' · ruled out'],
      mark: isChosen ? 'chosen' : of ? '' : 'baseline',
      cells: [
        signedOrNull(of ? of.memorisation : memorisationWithout),
        set?.nearCopies ?? null,
        set && share(set.diversity.seeds),
        set && share(set.diversity.prompts),
        ...parts.map((part) => metWords(set, part)),
        ...(hasClip ? [set && set.clip !== null ? set.clip.toFixed(3) : null] : []),
        ...(second ? [set?.crossCheck ? `${set.crossCheck.disagree} of ${set.crossCheck.of}` : null] : []),
        ...(hasMargin ? [of?.margin && of.margin.n > 0 ? signed(of.margin.mean) : null] : []),
        ...tests.map((id) => testCell(of ? of.tests?.[id] : withoutLora(data, id))),
      ],
    };
  });
  return html`${checkpointTable('Generalisation of every checkpoint', heads, rows)}
    <p class="quiet">
      Memorisation: how much closer renders are to the nearest training image than to the held-out images. Near-copies:
      renders that nearly reproduce a training image, including its face and pose. Differ: mean difference between
      images of one prompt with different seeds, and of different prompts; 0% means identical images. One face, pose,
      expression, framing: renders that follow the prompt, out of those where it could be
      measured.${hasClip && ' CLIP: mean cosine of prompt and image.'}${second && ` ${second}: images in which one embedder sees the person and the other does not.`}${hasMargin && ' Ahead of look-alikes: how much more renders are like the person than like the nearest other candidate of stage 01, which was drawn from the same words.'}${
        tests.length > 0 &&
        ' Trigger alone, without the trigger, another person described: similarity to the person in three images each; in small print how far they drift from the same images without LoRA.'
      }
    </p>`;
}

/** The same in each checkpoint's test: that of the first stands for all. */
const withoutLora = (
  { checkpoints }: PageContext['data'],
  id: TestId,
): Pick<CheckpointTest, 'identity'> | undefined => {
  const identity = checkpoints.find(({ tests = {} }) => tests[id])?.tests?.[id]?.withoutLora;
  return identity && { identity };
};

function testCell(test: (Pick<CheckpointTest, 'identity'> & { drift?: number | null }) | undefined): Content {
  if (!test) return null;
  const { identity, drift = null } = test;
  if (identity.n === 0) return 'no face';
  return html`${identity.mean.toFixed(3)}${drift !== null && html` <small>${percent(drift)}</small>`}`;
}

const signedOrNull = (value: number | null): string | null => (value === null ? null : signed(value));

const share = (value: number | null): string | null => (value === null ? null : percent(value));

function metWords(set: Generalisation | undefined, part: string): string | null {
  if (!set || !Object.hasOwn(set.adherence, part)) return null;
  const { met, asked } = set.adherence[part];
  return `${met} / ${asked}`;
}

/** Near-copies beside their originals; where there is none, how near the shipped checkpoint comes. */
function pairsOf({ data, album, tables }: PageContext): Content {
  const { copies, pairs } = closePairs(tables, stepShown(data.choice));
  if (pairs.length === 0) return null;
  const total = data.checkpoints.reduce((sum, checkpoint) => sum + (checkpoint.generalisation?.nearCopies ?? 0), 0);
  const title = copies
    ? `${plural(total, 'near-copy', 'near-copies')} of training images${strengthWords(data.choice?.strength)}${total > pairs.length ? `, the nearest ${pairs.length}` : ''}`
    : 'No near-copies. The renders closest to a training image';
  const side = (image: ClosePair['original']['image'], words: string, mark: string) =>
    html`<li class="${mark}">
      ${pictureLink(album, image, 'sheet', words)}
      <p><span>${words}</span></p>
    </li>`;
  return html`<h3 class="pairs-title">${title}</h3>
    <div class="pairs">
      ${pairs.map(
        ({ step, picture, original }) =>
          html`<figure class="likeness">
            <ol>
              ${side(picture.image, 'render', '')}${side(original.image, 'training image', '')}
            </ol>
            <figcaption>
              Step ${step} · ${picture.prompt} · seed ${picture.seed}: similarity ${identityWords(original.similarity)}
            </figcaption>
          </figure>`,
      )}
    </div>`;
}
