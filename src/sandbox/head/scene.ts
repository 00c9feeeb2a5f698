/**
 * The scene: everything that is drawn, as one vector of named numbers.
 *
 * Identity numbers are standard normal (0 = the average head). All others carry their own unit: degrees for the
 * view, 0..1 for weights and colours. `spread` is the unit of change that the fit and the trainer use, so that all
 * numbers weigh alike there; `affects` says which surfaces a change can touch, so that the drawing redoes only those.
 */
export type Group = 'identity' | 'view' | 'expression' | 'light' | 'makeup' | 'clothes' | 'background' | 'accessory';
export type Affects = 'shape' | 'head' | 'hair' | 'body' | 'background' | 'all';

export interface Parameter {
  name: ParameterName;
  group: Group;
  affects: Affects;
  rest: number;
  spread: number;
  low: number;
  high: number;
}

type Row = readonly [names: string, affects: Affects, rest: number, spread: number, low: number, high: number];

const TABLE = {
  identity: [
    ['faceWidth faceLength jaw chin chinWidth cheekbone cheeks forehead', 'shape', 0, 1, -2.6, 2.6],
    ['eyeSpacing eyeY socket noseLength noseWidth noseTip noseBridge', 'shape', 0, 1, -2.6, 2.6],
    ['mouthY lipFullness earSize neckWidth build', 'shape', 0, 1, -2.6, 2.6],
    ['browY mouthWidth upperLip lowerLip age', 'shape', 0, 1, -2.6, 2.6],
    ['eyeSize eyeOpen eyeTilt lidCrease browThick browTilt browArch browTone', 'head', 0, 1, -2.6, 2.6],
    ['lipTone irisTone irisGreen freckles lashes', 'head', 0, 1, -2.6, 2.6],
    ['skinTone skinHue', 'all', 0, 1, -2.6, 2.6],
    ['hairTone hairRed hairGrey', 'all', 0, 1, -2.6, 2.6],
    ['hairLength hairVolume hairline fringe parting wave', 'shape', 0, 1, -2.6, 2.6],
    ['beard moustache', 'head', 0, 1, -2.6, 2.6],
    ['bun', 'shape', 0, 0.5, 0, 1],
    ['dye', 'hair', 0, 0.4, 0, 1],
    ['dyeRed dyeGreen dyeBlue', 'hair', 0.6, 0.25, 0, 1],
  ],
  view: [
    ['yaw', 'shape', 0, 6, -95, 95],
    ['pitch', 'shape', 0, 5, -50, 50],
    ['roll', 'shape', 0, 4, -40, 40],
    ['distance', 'shape', 1, 0.06, 0.3, 2.2],
    ['shiftX shiftY', 'shape', 0, 0.03, -0.8, 0.8],
  ],
  expression: [
    ['smile', 'shape', 0, 0.4, -0.6, 1.3],
    ['open', 'shape', 0, 0.3, 0, 1.2],
    ['blinkLeft blinkRight', 'head', 0, 0.3, -0.3, 1],
    ['browRaise frown', 'shape', 0, 0.4, -1, 1.3],
    ['gazeX gazeY', 'head', 0, 0.4, -1, 1],
  ],
  light: [
    ['keyX', 'all', -0.45, 0.4, -2, 2],
    ['keyY', 'all', 0.5, 0.4, -1.2, 2],
    ['key', 'all', 0.72, 0.2, 0, 1.6],
    ['fill', 'all', 0.42, 0.15, 0.03, 1],
    ['warmth', 'all', 0, 0.4, -1.5, 1.5],
    ['rim', 'all', 0.15, 0.25, 0, 1.5],
    ['rimRed rimGreen rimBlue', 'all', 0.9, 0.3, 0, 1],
  ],
  makeup: [
    ['lipstick', 'head', 0, 0.4, 0, 1],
    ['lipRed', 'head', 0.75, 0.25, 0, 1],
    ['lipGreen lipBlue', 'head', 0.2, 0.2, 0, 1],
    ['eyeShadow', 'head', 0, 0.4, 0, 1],
    ['shadowRed', 'head', 0.42, 0.25, 0, 1],
    ['shadowGreen', 'head', 0.26, 0.25, 0, 1],
    ['shadowBlue', 'head', 0.28, 0.25, 0, 1],
    ['eyeliner blush gloss', 'head', 0, 0.4, 0, 1],
  ],
  clothes: [
    ['clothRed clothGreen clothBlue', 'body', 0.3, 0.25, 0, 1],
    ['shirtRed shirtGreen shirtBlue', 'body', 0.9, 0.25, 0, 1],
    ['neckline', 'body', 0, 0.5, -1, 1.5],
    ['collar lapels hood', 'shape', 0, 0.4, 0, 1],
    ['leather sequins bare knit', 'body', 0, 0.4, 0, 1],
  ],
  background: [
    ['topRed topGreen topBlue', 'background', 0.72, 0.25, 0, 1],
    ['bottomRed bottomGreen bottomBlue', 'background', 0.6, 0.25, 0, 1],
    ['glow', 'background', 0.3, 0.3, 0, 1],
    ['bokeh beams neon city leaves horizon', 'background', 0, 0.4, 0, 1],
    ['accentRed', 'background', 0.9, 0.3, 0, 1],
    ['accentGreen', 'background', 0.5, 0.3, 0, 1],
    ['accentBlue', 'background', 0.7, 0.3, 0, 1],
    ['variant', 'background', 0, 1, -3, 3],
  ],
  accessory: [
    ['glasses', 'head', 0, 0.5, 0, 1],
    ['earrings', 'shape', 0, 0.5, 0, 1],
    ['hat', 'hair', 0, 0.5, 0, 1],
  ],
} as const satisfies Record<Group, readonly Row[]>;

type Split<S extends string> = S extends `${infer Head} ${infer Tail}` ? Head | Split<Tail> : S;
export type ParameterName = { [G in Group]: Split<(typeof TABLE)[G][number][0]> }[Group];

export const PARAMETERS: readonly Parameter[] = Object.entries(TABLE).flatMap(([group, rows]) =>
  (rows as readonly Row[]).flatMap(([names, affects, rest, spread, low, high]) =>
    names.split(' ').map((name) => ({
      name: name as ParameterName,
      group: group as Group,
      affects,
      rest,
      spread,
      low,
      high,
    })),
  ),
);

/** Where each named number lies in a scene vector. */
export const AT = Object.fromEntries(PARAMETERS.map(({ name }, index) => [name, index])) as Record<
  ParameterName,
  number
>;

export const SCENE_SIZE = PARAMETERS.length;

/** One drawable scene: SCENE_SIZE numbers, in the order of PARAMETERS. */
export type Scene = Float64Array;

/** The average head, frontal, at rest, in soft light before plain grey. */
export function restScene(): Scene {
  return Float64Array.from(PARAMETERS, ({ rest }) => rest);
}

export function inGroups(...groups: Group[]): number[] {
  return PARAMETERS.flatMap(({ group }, index) => (groups.includes(group) ? [index] : []));
}

/** Brings every number into its range, in place; what is not finite goes back to rest. */
export function clampScene(scene: Scene): Scene {
  for (let i = 0; i < SCENE_SIZE; i++) {
    const { low, high, rest } = PARAMETERS[i];
    const value = scene[i];
    scene[i] = Number.isFinite(value) ? Math.min(high, Math.max(low, value)) : rest;
  }
  return scene;
}
