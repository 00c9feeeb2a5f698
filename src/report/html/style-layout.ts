/** The page: type, hero, choice, stages, gallery. */
export const layoutRules = `
*{box-sizing:border-box}
html{scroll-behavior:smooth;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:400 17px/1.55 var(--sans);letter-spacing:.008em;font-feature-settings:'tnum';overflow-wrap:anywhere}
main,.hero,nav,footer,.notice{max-width:1360px;margin-inline:auto;padding-inline:var(--edge)}
h1,h2,h3,p,dl,ol,ul,figure{margin:0;padding:0}
h1{font-size:clamp(56px,11vw,168px);line-height:.92;font-weight:600;letter-spacing:-.045em}
h1.long{font-size:clamp(40px,5.4vw,84px);line-height:1;letter-spacing:-.035em}h1.longer{font-size:clamp(24px,2.6vw,36px);line-height:1.15;letter-spacing:-.02em}
h2{font-size:clamp(28px,3.6vw,48px);line-height:1.05;font-weight:600;letter-spacing:-.03em}
h3{font-size:20px;line-height:1.25;font-weight:600;letter-spacing:-.01em}
a{color:inherit;text-underline-offset:3px}
:focus-visible{outline:3px solid var(--accent);outline-offset:3px}
code{font:400 .88em/1.4 var(--mono)}
img{display:block;max-width:100%;height:auto}
.eyebrow,h2.eyebrow{font:400 12px/1.5 var(--mono);letter-spacing:.06em;text-transform:uppercase;color:var(--quiet)}
.quiet{color:var(--quiet);font-size:15px;letter-spacing:.012em;max-width:72ch}
.lead{font-size:clamp(19px,1.9vw,25px);line-height:1.4;max-width:36ch;letter-spacing:-.01em}
.skip{position:absolute;left:-999px}.skip:focus{left:12px;top:12px;background:var(--paper);padding:8px 12px;z-index:9}
.hero{display:grid;grid-template-columns:minmax(0,5fr) minmax(0,7fr);gap:clamp(28px,5vw,80px);align-items:end;padding-block:clamp(36px,6vw,88px) clamp(28px,4vw,56px)}
.hero .words{display:grid;gap:28px}
.hero:not(:has(.portraits)){grid-template-columns:1fr}
.portraits{display:grid;grid-template-columns:1fr 1fr;gap:14px;align-items:end}
.portraits.n3 figure:last-child{grid-column:1/-1}.portraits.n3 figure:last-child img{aspect-ratio:16/11}
.portraits.n1{grid-template-columns:1fr}
.portraits img{width:100%;aspect-ratio:1;object-fit:cover;object-position:50% 30%}
.portraits figcaption{font:400 12px/1.4 var(--mono);color:var(--quiet);padding-top:6px}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,170px),1fr));gap:18px 28px}
.facts dt{font-size:13px;color:var(--quiet)}.facts dd{margin:2px 0 0;font-weight:600;letter-spacing:-.005em}
nav{border-block:1px solid var(--hairline);padding-block:14px}
nav ol{list-style:none;display:flex;flex-wrap:wrap;gap:6px 26px;font-size:14px}nav a{text-decoration:none}nav a:hover{text-decoration:underline}nav b{color:var(--mark);font-weight:600}
.notice{margin-block:0 28px;max-width:calc(1360px - 2*var(--edge));padding:18px 24px;border:2px solid var(--mark);border-radius:4px}
#waiting p{margin-block:10px}#waiting code{overflow-wrap:anywhere}
.notice.running{border-color:var(--accent)}.notice p+p{margin-top:6px}
main>section,.stage{padding-block:clamp(48px,7vw,112px);border-top:1px solid var(--hairline)}
main>.verdict{border-top:0;display:grid;grid-template-columns:max-content minmax(0,1fr);gap:32px clamp(28px,5vw,80px);align-items:end}
.step{white-space:nowrap;font-size:clamp(88px,12vw,176px);line-height:.86;font-weight:600;letter-spacing:-.055em;color:var(--mark);margin-top:14px}
.step.none{font-size:clamp(60px,9vw,128px);color:var(--ink)}
.why{display:grid;gap:20px}.reason{font-size:clamp(22px,2.5vw,34px);line-height:1.28;letter-spacing:-.018em;max-width:34em;text-wrap:pretty}
.verdict .chart{grid-column:1/-1;margin-top:24px}.verdict details{grid-column:1/-1;margin-top:0}
.stages .stage:first-child{border-top:1px solid var(--hairline)}
.stage>header{display:grid;grid-template-columns:clamp(72px,9vw,136px) minmax(0,1fr) auto;gap:8px 28px;align-items:start;margin-bottom:36px}
.number{font-size:clamp(52px,6.6vw,100px);line-height:.82;font-weight:600;letter-spacing:-.05em;color:var(--ink)}
.intro{margin-top:12px;font-size:18px;max-width:58ch;color:var(--quiet);text-wrap:pretty}
.meta{display:flex;flex-direction:column;align-items:flex-end;gap:4px;font-size:14px;color:var(--quiet)}
.message{margin:0 0 28px;padding-left:16px;border-left:3px solid var(--mark);max-width:72ch}
.pair{display:grid;grid-template-columns:minmax(0,5fr) minmax(0,7fr);gap:clamp(20px,3vw,44px);align-items:start}
.plates{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,480px),1fr));gap:clamp(24px,3vw,44px) clamp(16px,2vw,28px)}
.gallery>header,.captures>header,.numbers>header,.provenance>header{margin-bottom:40px}.gallery .eyebrow,.captures .eyebrow,.numbers .eyebrow,.provenance .eyebrow{margin-bottom:10px}.gallery h2{font-size:clamp(40px,6.4vw,92px);letter-spacing:-.045em}
.captures article+article{margin-top:64px}.captures h3{margin-bottom:18px}
main .stage.pending{padding-block:clamp(24px,3vw,44px)}.stage.pending>header{margin-bottom:12px}
footer{padding-block:36px 64px;border-top:1px solid var(--hairline);color:var(--quiet);font-size:14px}
`;
