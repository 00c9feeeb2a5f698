import type { ReportData } from '../../run/record.js';

/** A CSS string: everything but letters, digits and blanks by its number, so that no name ends the string or the sheet. */
const cssString = (text: string): string =>
  `"${text.replace(/[^\p{L}\p{N} ]/gu, (letter) => `\\${letter.codePointAt(0)!.toString(16)} `)}"`;

/** Of a name, as much as stands on one line beside the page number. */
const longestFooter = 90;

const footerOf = ({ name, id }: ReportData['run']): string => {
  const words = [...(id.includes(name) ? `Run ${id}` : `${name} · run ${id}`)];
  return cssString(words.length > longestFooter ? `${words.slice(0, longestFooter).join('')}…` : words.join(''));
};

/**
 * On paper the page is a document to hand on: light, its fold-outs open but for the list of events, everything that
 * scrolls laid out whole, breaks between pictures and not through them.
 */
export const printRules = (run: ReportData['run']): string => `
@page{margin:14mm 13mm 17mm;@bottom-left{content:${footerOf(run)};font:400 7.5pt 'Inter Tight',Arial,sans-serif;color:#63636a}@bottom-right{content:counter(page) " / " counter(pages);font:400 7.5pt 'Inter Tight',Arial,sans-serif;color:#63636a}}
@media print{
:root{--paper:#fff;--ink:#111113;--quiet:#5a5a60;--hairline:#dcdce0;--wash:#f5f5f7;--accent:#2f5bd7;--mark:#d92a18;--on-mark:#fff;--film:transparent;--film-ink:#111113;--film-quiet:#5a5a60;--edge:0px;color-scheme:light}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
nav,.skip,footer,.strip summary,.on-screen{display:none!important}a{text-decoration:none}
body{font-size:9.5pt;line-height:1.4;orphans:3;widows:3}
main,.hero,.notice{max-width:none}main>section,.stage{padding-block:18px 20px}
figure,section>header,.row,.strip,.timeline,.captures article,.pair,tr,.track,.chart,.likeness,.reason,.notice,.message{break-inside:avoid}
h2,h3,.eyebrow,.count,.stage>header,.strip>header,section>header,summary,thead{break-after:avoid}
.hero{grid-template-columns:1fr;gap:14px;padding-block:0 18px}.hero .words{gap:10px}.hero .facts{grid-template-columns:repeat(auto-fill,minmax(98px,1fr))}
h1{font-size:46pt}h1.long{font-size:28pt}h1.longer{font-size:16pt}h2,.gallery h2{font-size:19pt}h3,.strip h3,.pairs-title{font-size:11.5pt}
.eyebrow,h2.eyebrow{font-size:7pt}.lead{font-size:12pt;max-width:none}.intro,.quiet,.chart figcaption{font-size:8.5pt;max-width:none;margin-top:4px}
.portraits,.portraits.n3,.portraits.n1{grid-template-columns:repeat(3,1fr);gap:10px}.portraits.n3 figure:last-child{grid-column:auto}.portraits img,.portraits.n3 figure:last-child img{aspect-ratio:5/4}.portraits figcaption{font-size:7pt}
.facts{grid-template-columns:repeat(auto-fill,minmax(122px,1fr));gap:8px 16px}.facts dt{font-size:7.5pt}.facts dd{font-size:9pt;margin:0}
main>.verdict{grid-template-columns:max-content minmax(0,1fr);gap:10px 28px;align-items:start}.step{font-size:64pt;margin-top:6px}.step.none{font-size:44pt}.reason{font-size:12pt}.why{gap:7px}.why .quiet{font-size:7.5pt}.verdict .chart{margin-top:2px}.verdict .chart svg{max-height:225px}.explanation{max-width:none}
.stage>header{grid-template-columns:44px minmax(0,1fr) auto;gap:4px 14px;margin-bottom:14px}.number{font-size:28pt}.meta{font-size:8pt}
.stage .facts{margin-bottom:12px}.stage .chart{margin-top:12px}.stage .sheet+.facts,.stage .sheet+.quiet{margin-top:14px}
.gallery>header,.captures>header,.numbers>header,.provenance>header{margin-bottom:14px}
.pair{grid-template-columns:minmax(0,3fr) minmax(0,8fr);gap:18px}
.sheet{grid-template-columns:repeat(auto-fill,minmax(84px,1fr));gap:10px 8px;padding:7px}.frame figcaption{padding-top:3px;font-size:6.5pt;line-height:1.3}.frame figcaption em{color:var(--mark)}.frame .made,.plate .made{display:none}.frame .tag{left:3px;top:3px;padding:2px 4px;font-size:6.5pt}.frame.chosen .window::after{inset:-4px;border-width:2px}.frame.held-out .window::after{border-width:1px}
.plates{display:flex;flex-wrap:wrap;gap:16px 12px}.plates>*{flex:0 0 calc((100% - 12px)/2);min-width:0}.plates:has(>:nth-child(5))>*{flex-basis:calc((100% - 24px)/3)}.plates:has(>:nth-child(7))>*{flex-basis:calc((100% - 36px)/4)}.plate figcaption{font-size:7pt;padding-top:5px;gap:0 10px}.plate figcaption b{font-size:8pt}.plate q{font-size:8pt}
details{margin-top:10px}details:not(:has(.frame:nth-child(22))){break-inside:avoid}details::details-content{content-visibility:visible;height:auto}summary{list-style:none;font-size:8.5pt;padding-block:2px}
.strip{padding-block:11px}.strip>header{margin-bottom:6px}.strip details{margin-top:6px}.strip .count{margin:2px 0 3px}.prompt{font-size:8.5pt}.prompt.long{font-size:6.5pt;line-height:1.25;max-width:none}.strip .made,.strip .more{break-before:avoid}.count,.range{font-size:7pt}
.row{grid-template-columns:repeat(var(--columns),minmax(0,1fr));gap:8px 7px}.seeds{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:4px 22px}.row.further>:first-child{grid-column-start:auto}.strip:has(.row>:nth-child(17)),.row:has(>:nth-child(17)){break-inside:auto}.row.further li p:not(.tag){font-size:6pt}.row.further li b{font-size:6.5pt!important}.row.further .tag{display:none}.row li{break-inside:avoid}.row li p:not(.tag){font-size:7pt;padding-top:3px;gap:0 3px}.row li b,.row.further li b{font-size:8.5pt}.row .baseline::after{right:-4px}.row .chosen .picture{outline-width:2px;outline-offset:1px}.row .chosen .tag{left:3px;top:3px;padding:2px 4px;font-size:6.5pt}
.timeline,.legend{font-size:7.5pt}.track{grid-template-columns:200px minmax(0,1fr);gap:10px}.lane{height:20px}.bar{top:4px;height:11px}.lane .event{top:3px}.axis .lane{height:16px}.axis span{top:3px;font-size:6.5pt}.legend{margin:4px 0 8px}
.events,.resumes,.explanation{font-size:8pt}.events li{padding:2px 0}.events time,.events small{font-size:7pt}
.captures article+article{margin-top:20px}.captures h3{margin-bottom:8px}.graph{min-width:0!important;max-height:46mm}
.scroll{overflow:visible}table{font-size:7.5pt}th,td{padding:4px 8px 4px 0}thead th{font-size:7pt}.numbers thead th{min-width:0}.numbers .chart{margin-top:20px}.numbers .scroll+.scroll{margin-top:16px}
.pairs-title{margin:18px 0 8px}.pairs{grid-template-columns:repeat(4,minmax(0,1fr));gap:10px}.likeness li p,.likeness figcaption{font-size:6.5pt}
.provenance:not(:has(tr:nth-child(60))){break-inside:avoid}.provenance table,.provenance tbody{display:block}.provenance tbody{columns:2;column-gap:22px}.provenance tr{display:grid;grid-template-columns:38% minmax(0,1fr);gap:8px}.provenance th,.provenance td{font-size:6.5pt;width:auto;padding:2px 0}
}
`;
