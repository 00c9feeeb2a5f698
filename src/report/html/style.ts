import { readFileSync } from 'node:fs';
import { fontFile, type Weight } from '../strip/letters.js';
import { trusted, type Markup } from './markup.js';
import type { ReportData } from '../../run/record.js';
import { layoutRules } from './style-layout.js';
import { narrowRules } from './style-narrow.js';
import { partRules } from './style-parts.js';
import { printRules } from './style-print.js';

const face = (weight: Weight): string => {
  const bytes = readFileSync(fontFile(weight, 'woff2')).toString('base64');
  return `@font-face{font-family:'Inter Tight';font-weight:${weight};font-display:block;src:url(data:font/woff2;base64,${bytes}) format('woff2')}`;
};

/** Letters that the embedded Latin subset has not (Hangul, Kana, Han, Cyrillic…) come from the reader's system. */
const tokens = `
:root{--paper:#fff;--ink:#111113;--quiet:#63636a;--hairline:#e2e2e6;--wash:#f5f5f7;--accent:#2f5bd7;--mark:#d92a18;--film:#0d0d0f;--film-ink:#f0f0f2;--film-quiet:#a9a9b1;--on-mark:#fff;--shade:#0003;
--sans:'Inter Tight',Inter,'Helvetica Neue','Apple SD Gothic Neo','Noto Sans CJK KR','Noto Sans KR','Malgun Gothic',Arial,sans-serif;--mono:ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace;--edge:clamp(20px,5vw,72px);color-scheme:light dark}
@media (prefers-color-scheme:dark){:root{--paper:#121214;--ink:#f2f2f4;--quiet:#9c9ca5;--hairline:#2c2c31;--wash:#1b1b1e;--accent:#8ca9ff;--mark:#ff5d49;--on-mark:#160402;--film:#050506;--shade:#fff4}}
`;

/** What a screen needs; the studio's pages look the same. */
export const screenStyle = (): string => [face(400), face(600), tokens, layoutRules, partRules, narrowRules].join('\n');

export const styleSheet = (run: ReportData['run']): Markup => trusted([screenStyle(), printRules(run)].join('\n'));
