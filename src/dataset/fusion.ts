import { labOf, largestCluster, type Point } from './colour-clusters.js';

type Rgb = readonly [number, number, number];

/** What an image shows around the face, measured without words; null: too little of it is in the image. */
export interface Surroundings {
  /** sRGB, 0 to 255. */
  background: Rgb | null;
  clothes: Rgb | null;
  /** On the face: brightness and warmth in CIELAB (L 0 to 100, b), and how much brighter its right half is, in L. */
  light: readonly [number, number, number] | null;
}

export interface AuditedImage {
  name: string;
  /** With the trigger. */
  caption: string;
  /** Null: not measured. */
  around: Surroundings | null;
}

/** Something that goes together with the trigger so often that both are learnt as one. */
export interface Fusion {
  what: string;
  /** In words of the captions, or seen in the images and said in none or few. */
  kind: 'said' | 'unsaid';
  /** Of the images that show it. */
  share: number;
  /** How many show it; null: all. */
  of: number | null;
  /** Enough of the images that have it: with these redone, half are without it. */
  redo: string[];
}

/** From this share of the images on. A class word or a pose that is in four of five is meant. */
const fusedShare = 0.8;
/** A set of fewer says nothing. */
const fewestImages = 4;

/** What almost every image of a training set shares, by its captions and by its pixels. Pure; the worst first. */
export function auditFusion(images: readonly AuditedImage[], trigger: string): Fusion[] {
  if (images.length < fewestImages) return [];
  return [...saidTogether(images, trigger), ...seenTogether(images)].toSorted((a, b) => b.share - a.share);
}

/** Words that say how an image is taken, or what it is of, but no thing that varies beside the face. */
const ofNoThing = new Set(
  `a an the of in on at with and or to from by is are as his her their its photo photograph picture image portrait shot
  selfie view front side profile back three quarter facing camera head face turned tilted degrees left right up down
  slightly far looking away chin raised lowered close closeup bust half body waist shoulders medium wide full yaw pitch
  neutral expression smile smiling mouth open eyes closed person woman man girl boy female male lady wearing wears
  background backdrop light lighting lit plain soft solo one only very high quality detailed`.split(/\s+/),
);

/** Words of almost all captions; those that are always together are said as one. */
function saidTogether(images: readonly AuditedImage[], trigger: string): Fusion[] {
  const uses = new Map<string, number[]>();
  for (const [index, { caption }] of images.entries())
    for (const word of wordsOf(caption, trigger)) uses.set(word, [...(uses.get(word) ?? []), index]);
  const together = new Map<string, { words: string[]; at: number[] }>();
  for (const [word, at] of uses) {
    if (at.length < fusedShare * images.length) continue;
    const known = together.get(at.join());
    if (known) known.words.push(word);
    else together.set(at.join(), { words: [word], at });
  }
  return [...together.values()].map(({ words, at }) => fusionOf('said', `'${words.join(' ')}'`, at, images));
}

const wordsOf = (caption: string, trigger: string): Set<string> =>
  new Set(
    caption
      .replaceAll(trigger, ' ')
      .toLowerCase()
      .split(/[^\p{L}-]+/u)
      .filter((word) => word.length > 1 && !ofNoThing.has(word)),
  );

interface Seen {
  name: string;
  /** In several ways, of which one is enough. @param usual how bright the set's faces are, in L */
  of: ((around: Surroundings, usual: number) => Point | null)[];
  /** Distance up to which two are the same. */
  radius: number;
  /** What a caption names it with. */
  named: RegExp;
}

/** One light falls otherwise on a turned head: by 20 in L between its halves within 20 degrees. The side counts less. */
const turnedHead = 1 / 3;

/** A colour as it would look if its face were as bright as `usual`: the same shirt is darker in a darker light. */
function inLight([lightness, a, b]: Point, light: Surroundings['light'], usual: number): Point {
  // In CIELAB, a share of the light scales all three, counted from -16.
  const scale = light === null ? 1 : (usual + black) / (light[0] + black);
  return [(lightness + black) * scale - black, a * scale, b * scale];
}

const black = 16;

const seen: Seen[] = [
  {
    name: 'the colour of the background',
    of: [({ background }) => background && labOf(background)],
    radius: 12,
    named:
      /\b(background|backdrop|wall|studio|street|park|beach|room|office|kitchen|forest|city|cafe|garden|sky|stage|outdoors?|indoors?|in front of)\b/i,
  },
  {
    name: 'the colour of the clothes',
    of: [
      ({ clothes }) => clothes && labOf(clothes),
      ({ clothes, light }, usual) => clothes && inLight(labOf(clothes), light, usual),
    ],
    radius: 12,
    named:
      /\b(t-?shirt|shirt|blouse|sweater|pullover|hoodie|jacket|coat|blazer|suit|dress|gown|top|turtleneck|uniform|vest|outfit|clothes|wearing|bare shoulders)\b/i,
  },
  {
    name: 'the light',
    of: [({ light }) => light && [light[0], light[1], light[2] * turnedHead]],
    radius: 7,
    named:
      /\b(light|lights|lighting|lit|daylight|sunlight|backlit|sunset|neon|shadows?|flash|golden hour|bright|dark|dim)\b/i,
  },
];

/** What is the same in almost all images and is named by the captions of fewer than half of those. */
function seenTogether(images: readonly AuditedImage[]): Fusion[] {
  const lights = images.flatMap(({ around }) => around?.light?.[0] ?? []).toSorted((a, b) => a - b);
  const usual = lights[Math.floor(lights.length / 2)] ?? 50;
  return seen.flatMap(({ name, of, radius, named }) => {
    const measured = images.flatMap(({ around }, index) => {
      const points = of.map((way) => around && way(around, usual)).filter((point) => point !== null);
      return points.length < of.length ? [] : [{ index, points }];
    });
    if (measured.length < fewestImages) return [];
    const [same] = of
      .map((_, way) =>
        largestCluster(
          measured.map(({ points }) => points[way]),
          radius,
        ).map((at) => measured[at].index),
      )
      .toSorted((a, b) => b.length - a.length);
    if (same.length < fusedShare * measured.length) return [];
    const said = same.filter((index) => named.test(images[index].caption)).length;
    return said * 2 >= same.length ? [] : [fusionOf('unsaid', name, same, images, measured.length)];
  });
}

/** @param of how many images show what it is about: close-ups show no clothes */
function fusionOf(
  kind: Fusion['kind'],
  what: string,
  at: number[],
  images: readonly AuditedImage[],
  of = images.length,
): Fusion {
  const tooMany = Math.ceil(at.length - of / 2);
  const redo = at.filter(
    (_, index) => Math.floor(((index + 1) * tooMany) / at.length) > Math.floor((index * tooMany) / at.length),
  );
  return {
    kind,
    what,
    share: at.length / of,
    of: of === images.length ? null : of,
    redo: redo.map((index) => images[index].name),
  };
}

const mostNamed = 8;

/** A sentence for a person. */
export function briefFusionWords({ kind, what, share, of }: Fusion): string {
  const percent = `${Math.round(100 * share)}% of the ${of === null ? 'images' : `${of} images that show it`}`;
  return kind === 'said'
    ? `${what} is in the captions of ${percent}, so the LoRA learns it with the trigger`
    : `${what} is the same in ${percent} and few captions name it, so the LoRA learns it with the face`;
}

/** With the images that would mend it. */
export function fusionWords(fusion: Fusion): string {
  const { kind, redo } = fusion;
  const images = `${redo.slice(0, mostNamed).join(', ')}${redo.length > mostNamed ? ` and ${redo.length - mostNamed} more` : ''}`;
  const by = kind === 'said' ? 'images without it' : 'images with another';
  return `${briefFusionWords(fusion)}: replace ${images} by ${by}`;
}
