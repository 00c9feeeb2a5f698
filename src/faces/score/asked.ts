/** What a prompt asks of the face, as far as it can be measured. Angles in degrees, from and to. */
export interface Asked {
  /** Of the yaw without its sign: a model may turn the head to either side. */
  turn?: { words: string; from: number; to: number };
  expression?: { words: string; feature: 'mouthOpen' | 'mouthWidth'; from: number; to: number };
  /** Height of the face over the height of the picture. */
  framing?: { words: string; from: number; to: number };
}

/** Each rule: words in a prompt (hyphens read as blanks), and what they ask. The first that is there counts. */
const turns: [RegExp, number, number][] = [
  [/three quarter|quarter view/, 12, 58],
  [/profile|side view/, 45, 180],
  [/front view|frontal|from the front|facing (the )?camera|passport/, 0, 20],
];
const turnInDegrees = /(?:turned|yaw)[a-z ]*,? ?-?(\d{1,3})/;
const turnTolerance = 20;

/** From drawn heads and photos, in units of scored-picture.ts: coarse, since faces differ more than moods. */
const open = 0.055;
const wide = 0.84;
const expressions: [RegExp, NonNullable<Asked['expression']>['feature'], number, number][] = [
  [/open mouth|mouth open|singing|shouting|laughing/, 'mouthOpen', open, Infinity],
  [/smil(e|es|ing)|grin/, 'mouthWidth', wide, Infinity],
  [/mouth closed|closed mouth|neutral expression/, 'mouthOpen', 0, open],
];

const framings: [RegExp, number, number][] = [
  [/close up|tight shot/, 0.45, Infinity],
  [/head and shoulders|headshot|bust( shot| portrait)?\b|chest up/, 0.27, 0.62],
  [/half body|half length|waist up|upper body|medium shot/, 0.12, 0.36],
  [/full body|full length|wide shot|long shot/, 0, 0.2],
];

/** Negations ("no smile") are not understood: a prompt says what is wanted. */
export function askedIn(prompt: string): Asked {
  const text = prompt.toLowerCase().replace(/[-_\s]+/g, ' ');
  const asked: Asked = {};
  const inDegrees = turnInDegrees.exec(text);
  if (inDegrees) {
    const centre = Number(inDegrees[1]);
    asked.turn = { words: inDegrees[0], from: Math.max(0, centre - turnTolerance), to: centre + turnTolerance };
  } else {
    const turn = firstIn(text, turns);
    if (turn) asked.turn = { words: turn.words, from: turn.rule[1], to: turn.rule[2] };
  }
  const mood = firstIn(text, expressions);
  if (mood) asked.expression = { words: mood.words, feature: mood.rule[1], from: mood.rule[2], to: mood.rule[3] };
  const frame = firstIn(text, framings);
  if (frame) asked.framing = { words: frame.words, from: frame.rule[1], to: frame.rule[2] };
  return asked;
}

function firstIn<Rule extends [RegExp, ...unknown[]]>(
  text: string,
  rules: Rule[],
): { words: string; rule: Rule } | null {
  for (const rule of rules) {
    const found = rule[0].exec(text);
    if (found) return { words: found[0], rule };
  }
  return null;
}
