/** The frame of every page, the list, the run's head, forms. */
export const frameRules = `
[hidden]{display:none!important}
.hide{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.studio nav{border:0;padding:0;margin:0}
.topbar{position:sticky;top:0;z-index:5;display:flex;align-items:center;gap:10px 28px;flex-wrap:wrap;padding:12px var(--edge);background:var(--paper);border-bottom:1px solid var(--hairline);font-size:15px}
.topbar .brand{font-weight:600;text-decoration:none}.topbar nav{display:flex;gap:20px}.topbar nav a{text-decoration:none}.topbar nav a:hover{text-decoration:underline}
#notify-me{padding:5px 12px;font-size:14px;margin-left:auto}#notify-me,.who button{margin-block:-8px}#notify-me:not([hidden])+.who{margin-left:0}
.who{margin-left:auto;display:flex;gap:14px;align-items:center;color:var(--quiet)}
.outside .topbar nav,.view form[data-ask]:not(.who),.view .cancel,.view .stop{display:none}
.view .ask form.choices[data-ask]{display:grid}.view .ask .actions,.view .ask .keys{display:none}
.link-state{position:sticky;top:47px;z-index:4;padding:8px var(--edge);background:var(--mark);color:var(--on-mark);font-size:14px;font-weight:600}
.studio .stages>section,.studio .gallery .strip{content-visibility:auto;contain-intrinsic-size:auto 600px}
.studio main{padding-block:clamp(20px,3vw,40px) 96px}
.studio main:focus{outline:0}
.studio h1{font-size:clamp(34px,4.6vw,64px);line-height:1}.studio h1.long{font-size:clamp(26px,3.2vw,44px)}.studio h1.longer{font-size:clamp(20px,2vw,28px)}
button,input,select,textarea{font:inherit;letter-spacing:inherit;color:inherit}
button{cursor:pointer;padding:10px 20px;border:2px solid var(--ink);border-radius:4px;background:var(--ink);color:var(--paper);font-weight:600}
button:hover{opacity:.86}button:disabled{opacity:.5;cursor:default}button.plain{background:none;color:var(--ink);border-color:var(--hairline)}button.plain:hover{border-color:var(--ink)}
.who button,.cancel button,.stop button{padding:5px 12px;font-size:14px}
input:not([type=radio],[type=checkbox]),select,textarea{padding:9px 12px;border:1px solid var(--quiet);border-radius:4px;background:var(--paper);max-width:100%}
label{font-size:15px}
.actions{display:flex;flex-wrap:wrap;gap:14px;align-items:center}
.trouble{margin:0 0 18px;padding:12px 18px;border:2px solid var(--mark);border-radius:4px;max-width:90ch}
.said{position:fixed;left:50%;bottom:24px;translate:-50% 0;z-index:8;max-width:min(90vw,70ch);padding:14px 22px;border-radius:4px;background:var(--ink);color:var(--paper);font-weight:600;box-shadow:0 4px 24px #0006}
.said.refused{background:var(--mark);color:var(--on-mark)}
.sentence{display:grid;gap:18px;max-width:60ch;padding-block:clamp(24px,6vw,80px)}main>.sentence{border:0}
.fields{display:grid;gap:16px;max-width:360px}.fields label{display:grid;gap:4px}.fields button{width:fit-content}
.list .keys{flex-basis:100%;font-size:14px}.list>header{display:flex;flex-wrap:wrap;gap:16px 32px;align-items:end;justify-content:space-between;margin-bottom:28px}
.filter{display:flex;flex-wrap:wrap;gap:10px}.filter input,.filter select{height:44px}
.group{margin-bottom:48px}.group h2{font-size:24px;margin-bottom:16px}.group h2 .quiet{font-weight:400;font-size:17px}
.cards{list-style:none;display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,330px),1fr));gap:16px}
.card{content-visibility:auto;contain-intrinsic-size:auto 148px;border:1px solid var(--hairline);border-radius:4px}
.card.waiting,.card.needs-help{border:2px solid var(--mark)}
.card>a{display:grid;grid-template-columns:124px minmax(0,1fr);gap:16px;height:100%;text-decoration:none}
.card:hover{border-color:var(--ink)}.card .face{width:124px;height:100%;min-height:124px;object-fit:cover;object-position:50% 30%;background:var(--wash);border-radius:3px 0 0 3px}
.card .about{display:grid;align-content:start;gap:2px;padding:12px 14px 12px 0;font-size:14px}.card b{font-size:19px;line-height:1.25;letter-spacing:-.01em}.card .quiet{font-size:13px;margin-top:4px}
.machines>header{margin-bottom:24px}.machines section{margin-bottom:44px;padding:0;border:0}.machines h2{font-size:24px;margin-bottom:14px}.machines h2 .quiet{font-weight:400;font-size:17px}
.card.machine{display:grid;gap:4px;align-content:start;padding:16px 18px;font-size:14px;overflow-wrap:anywhere}.machine .doing{font-weight:600}
.unserved{border:2px solid var(--mark)!important;border-radius:4px;padding:20px 22px!important}.unserved ul{list-style:none;display:grid;gap:16px}.unserved li{display:grid;gap:4px}.unserved code{overflow-wrap:anywhere}
.machines table{border-collapse:collapse;width:100%;font-size:14px}.machines th,.machines td{text-align:left;vertical-align:top;padding:9px 18px 9px 0;border-bottom:1px solid var(--hairline);font-weight:400}.machines thead th{font-weight:600}.machines td ul{list-style:none}
.turn{font-weight:600;color:var(--mark);display:-webkit-box;-webkit-line-clamp:3;-webkit-box-orient:vertical;overflow:hidden}
.head{display:flex;flex-wrap:wrap;gap:24px 48px;justify-content:space-between;align-items:end;margin-bottom:24px}
.head .words{display:grid;gap:20px;flex:1 1 420px;min-width:0}.head .facts{display:flex;flex-wrap:wrap;gap:10px 36px}
.faces{display:flex;gap:10px}.faces:empty{display:none}.faces figure{width:clamp(92px,13vw,176px)}.faces img{width:100%;aspect-ratio:1;object-fit:cover;object-position:50% 30%}.faces figcaption{font:400 12px/1.4 var(--mono);color:var(--quiet);padding-top:6px}
main>.live{position:relative;padding:18px 22px;margin-bottom:28px;border:0;border-left:4px solid var(--accent);background:var(--wash)}
main>.live.waiting,main>.live.needs-help{border-color:var(--mark)}
.live .now{display:flex;flex-wrap:wrap;gap:4px 24px;align-items:baseline}.live b{font-size:19px}.live ul{list-style:none;font:400 14px/1.6 var(--mono);color:var(--quiet)}
main>.live{padding-right:22px}.ends{position:absolute;right:22px;top:14px;display:flex;gap:10px}
.arriving{padding:0!important;border:0!important;margin-bottom:28px}.arriving ul{list-style:none;display:flex;gap:8px;overflow-x:auto}.arriving li{flex:0 0 112px}.arriving img{width:112px;height:112px;object-fit:cover}
.decided ol{list-style:none;display:grid;gap:6px;font-size:15px}.decided li{display:grid;grid-template-columns:170px 110px minmax(0,1fr);gap:12px;overflow-wrap:anywhere}.decided time{color:var(--quiet)}.decided h2{font-size:24px;margin-bottom:14px}main>.decided{padding-block:28px}
html{scroll-padding-top:64px}.zoomable>section{padding-block:clamp(48px,7vw,112px);border-top:1px solid var(--hairline)}.zoom{display:flex;flex-wrap:wrap;gap:10px 28px;align-items:center;position:sticky;top:47px;z-index:3;padding:10px 0;background:var(--paper);border-bottom:1px solid var(--hairline)}.zoom label{display:flex;gap:10px;align-items:center;font-size:14px}.zoom input{width:130px;padding:0;border:0;accent-color:var(--accent)}.zoom button{padding:5px 12px;font-size:14px}
.zoomed .gallery .row .picture{display:block;overflow:hidden}.zoomed .gallery .row img{transform:scale(var(--zoom));transform-origin:var(--zoom-x) var(--zoom-y)}
.home .strips{list-style:none;display:flex;flex-wrap:wrap;gap:6px 22px;margin:18px 0}
.choose form+form{margin-top:18px}.choose input[type=number]{width:90px}
.live progress{display:block;width:100%;height:8px;margin:10px 0;accent-color:var(--accent)}.live .now{padding-right:320px}
.contents{border-block:1px solid var(--hairline)!important;padding-block:14px!important}
main>.choose,main>.home{padding-block:28px}main>.choose{border-top:0;padding-top:0}
.choose form,.home form{display:flex;flex-wrap:wrap;gap:12px 18px;align-items:center}.home form+form{margin-top:18px}.home header{margin-bottom:24px}
.start{display:grid;grid-template-columns:minmax(0,1fr);gap:28px;max-width:960px}.start form,.grid label,.drop{min-width:0;grid-template-columns:minmax(0,1fr)}.drop input{width:100%;min-width:0}.grid{min-width:0}.start form{display:grid;gap:12px}.start textarea{font:400 14px/1.55 var(--mono);width:100%;resize:vertical}.start textarea.over{outline:3px dashed var(--accent)}
.start form.actions{display:flex}.start h3{margin-top:18px}
.start>details{border-top:1px solid var(--hairline);padding-top:16px}.start summary{cursor:pointer;font-weight:600;font-size:19px}.project-form{padding-top:16px}.project-form details{padding:10px 0 0 14px}.project-form summary{font-size:16px}.start .grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,250px),1fr));gap:12px 18px;padding:12px 0}.grid label{display:grid;gap:4px;font-size:14px}.grid label.wide{grid-column:1/-1}.grid label{align-content:start}.grid small{color:var(--quiet);font-size:13px;line-height:1.35}.grid input,.grid select,.grid textarea{width:100%}
.drops{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,280px),1fr));gap:16px;padding:16px 0}.drop{display:grid;gap:6px;padding:22px;border:2px dashed var(--quiet);border-radius:4px;cursor:pointer}.drop.over{border-color:var(--accent);background:var(--wash)}.not-taken{padding-left:1.2em;color:var(--mark)}
.tray{list-style:none;display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,220px),1fr));gap:16px;padding:12px 0}.tray img{width:100%;height:auto;aspect-ratio:1;object-fit:cover}.tray form{display:grid;gap:8px}.tray b{font-size:14px;overflow-wrap:anywhere}.tray input{width:100%}.tray button{padding:5px 12px;font-size:14px}
.tray p{font-size:14px;line-height:1.35;overflow-wrap:anywhere}.tray .doubtful .finding{font-weight:600;color:var(--mark)}.tray .actions{gap:8px}
.crop{width:min(1100px,100vw - 24px);max-height:calc(100vh - 24px);margin:auto;padding:22px;border:1px solid var(--quiet);border-radius:4px;background:var(--paper);color:var(--ink);overflow:auto}.crop::backdrop{background:#000c}.crop form{gap:12px}
.cropped{position:relative;width:fit-content;max-width:100%;margin-inline:auto;overflow:hidden}.cropped img{display:block;width:auto;height:auto;max-width:100%;max-height:56vh}
.square{position:absolute;aspect-ratio:1;cursor:move;touch-action:none;outline:2px solid #fff;outline-offset:-2px;box-shadow:inset 0 0 0 4px #000,0 0 0 9999px #000a}.square:focus-visible{outline:4px solid #fff;outline-offset:-4px;box-shadow:inset 0 0 0 6px #000,0 0 0 9999px #000a}.corner{position:absolute;right:0;bottom:0;width:24px;height:24px;cursor:nwse-resize;background:linear-gradient(135deg,#0000 50%,#fff 50%)}
.crop .numbers{display:flex;flex-wrap:wrap;gap:10px 18px;align-items:end}.crop label{display:grid;gap:4px}.crop input[type=number]{width:110px}
.plan{display:grid;gap:18px;padding-top:20px;border-top:1px solid var(--hairline)}.plan ul{padding-left:1.2em}.plan th,.plan td{hyphens:auto}.plan td:last-child{white-space:nowrap}.plan .scroll::before{content:none}.plan .problems{font:400 14px/1.6 var(--mono)}
.viewer{border:0;padding:0;width:100vw;height:100vh;max-width:none;max-height:none;background:#050506;color:#f0f0f2}.viewer::backdrop{background:#000c}
.viewer{overflow:hidden}.viewer[open]{display:grid;grid-template-rows:minmax(0,1fr) auto}.viewer .stage{display:grid;grid-auto-flow:column;grid-auto-columns:minmax(0,1fr);gap:8px;min-height:0}.viewer figure{display:grid;grid-template-rows:minmax(0,1fr) auto;min-height:0}.viewer img{width:100%;height:100%;min-height:0;object-fit:contain}.viewer figcaption{padding:4px 18px;font-size:14px;text-align:center}.viewer p{display:flex;flex-wrap:wrap;gap:8px 14px;align-items:center;padding:9px 18px;font-size:14px}.viewer p span{margin-right:auto}.viewer p a{color:inherit}.viewer button{white-space:nowrap;background:none;border-color:#555;color:#f0f0f2;padding:5px 12px;font-size:14px}.viewer button[aria-pressed=true]{background:#f0f0f2;color:#111}
@media (max-width:800px){.live .now{padding-right:0}.ends{position:static;margin-top:12px}.decided li{grid-template-columns:minmax(0,1fr);gap:0}.decided li+li{padding-top:6px}}
@media (max-width:640px){html{scroll-padding-top:8px}.topbar,.zoom{position:static}.link-state{top:0}#notify-me,.who button{margin-block:0}.topbar{gap:6px 18px}.topbar nav{gap:14px}.card>a{grid-template-columns:104px minmax(0,1fr)}.card .face{width:104px}.faces figure{width:calc((100vw - 2*var(--edge) - 20px)/3)}}
`;
