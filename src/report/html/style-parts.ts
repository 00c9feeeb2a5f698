/** The parts: contact sheets, strips, charts, timeline, graphs, tables. */
export const partRules = `
.state{display:inline-block;font-weight:600;color:var(--ink)}.state::before{content:'';display:inline-block;width:.6em;height:.6em;border-radius:50%;margin-right:.5em;background:var(--quiet)}
.state.done::before,.state.completed::before{background:#23915a}.state.running::before{background:var(--accent)}.state.failed::before,.state.needs-help::before,.state.waiting::before{background:var(--mark)}
.state.pending,.state.skipped,.state.cancelled{color:var(--quiet)}.state.pending::before,.state.skipped::before{background:none;box-shadow:inset 0 0 0 1.5px var(--quiet)}
.count{font:400 13px/1.5 var(--mono);color:var(--quiet);margin-bottom:12px}
.sheet{display:grid;grid-template-columns:repeat(auto-fill,minmax(148px,1fr));gap:22px 14px;background:var(--film);color:var(--film-ink);padding:22px 18px 26px;border-radius:3px}
.frame .window{position:relative}.picture{display:block}
.frame img{width:100%;aspect-ratio:1;object-fit:cover}
.frame figcaption{padding-top:8px;font:400 11.5px/1.5 var(--mono);color:var(--film-quiet);display:grid}
.frame figcaption b{font-weight:400;color:var(--film-ink)}.frame figcaption em{font-style:normal;color:#ff9d90}
.tag{font:600 11px/1 var(--sans);letter-spacing:.01em}
.frame .tag{position:absolute;z-index:1;left:6px;top:6px;padding:4px 7px;background:#0d0d0fd9;color:#fff;border-radius:2px}
.frame.chosen .window::after{content:'';position:absolute;inset:-7px -5px -6px -7px;border:3.5px solid #ff4a34;border-radius:240px 18px 225px 16px/18px 225px 16px 255px;pointer-events:none}
.frame.chosen .tag{background:#ff4a34;color:#160402}
.frame.held-out .window::after{content:'';position:absolute;inset:0;border:2px dashed #fff;opacity:.85;pointer-events:none}
.frame.rejected img{filter:grayscale(1) contrast(.9);opacity:.62}
.frame.rejected .window::after{content:'';position:absolute;inset:0;pointer-events:none;background:linear-gradient(to top right,transparent calc(50% - 1.6px),#ff4a34 calc(50% - 1.2px),#ff4a34 calc(50% + 1.2px),transparent calc(50% + 1.6px))}
.unseen{display:grid;place-items:center;min-height:148px;padding:16px;font-size:13px;text-align:center;background:var(--wash);color:var(--quiet)}
.plate img{width:100%}.plate figcaption{padding-top:10px;font:400 13px/1.55 var(--mono);color:var(--quiet);display:flex;flex-wrap:wrap;gap:0 18px}.plate figcaption b{font:600 15px/1.5 var(--sans);color:var(--ink)}.plate q{flex-basis:100%;quotes:none;font:400 15px/1.5 var(--sans)}
details{margin-top:22px}summary{cursor:pointer;font-weight:600;font-size:15px;padding-block:8px;width:fit-content}details>.sheet,details>.events{margin-top:12px}
.strip{padding-block:36px;border-top:1px solid var(--hairline)}
.strip>header{display:grid;grid-template-columns:minmax(0,1fr) auto;gap:4px 24px;margin-bottom:20px;align-items:baseline}.strip h3{font-size:26px;letter-spacing:-.02em}
.range{font:400 13px/1.5 var(--mono);color:var(--quiet);white-space:nowrap}.prompt{grid-column:1/-1;color:var(--quiet);max-width:76ch}
.row{list-style:none;display:grid;grid-template-columns:repeat(var(--columns),minmax(0,300px));gap:22px 16px}.row.further>:first-child{grid-column-start:var(--first,auto)}
.row li{position:relative;min-width:0}.row img{width:100%;aspect-ratio:1;object-fit:cover}
.row li p:not(.tag){display:flex;flex-wrap:wrap;justify-content:space-between;align-items:baseline;gap:0 8px;padding-top:8px;font-size:14px;color:var(--quiet)}.row li span,.row li b{white-space:nowrap}.row li b{font-size:20px;font-weight:600;letter-spacing:-.02em;color:var(--ink)}
.row.further li b{font-size:16px}.strip .count{margin-top:18px}
.row .baseline::after{content:'';position:absolute;top:0;bottom:0;right:-9px;width:1px;background:var(--quiet);opacity:.5}
.row .chosen .picture{outline:4px solid var(--mark);outline-offset:2px}.row .chosen p{color:var(--mark)}.row .chosen p b{color:var(--mark)}.row .chosen .tag{position:absolute;left:8px;top:8px;background:var(--mark);color:var(--on-mark);padding:5px 8px}
.chart svg{width:100%;height:auto;display:block;overflow:visible}.chart .narrow{display:none}.chart figcaption{letter-spacing:.012em;margin-top:12px;color:var(--quiet);font-size:14px;max-width:84ch}
.stage .facts{margin-bottom:28px}.stage .sheet+.facts,.stage .sheet+.quiet{margin-top:32px}.stage .chart{margin-top:28px}.resumes{list-style:none}.resumes li{padding-left:16px;border-left:3px solid var(--mark);margin-top:8px;max-width:72ch}
.timeline{font-size:14px;padding-right:8px}.track{display:grid;grid-template-columns:minmax(120px,270px) minmax(0,1fr);gap:20px;align-items:center}.track>p{white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.lane{position:relative;height:34px;border-bottom:1px solid var(--hairline)}.bar{position:absolute;top:10px;height:14px;min-width:3px;background:var(--ink);border-radius:2px}.bar.failed,.bar.needs-help{background:var(--mark)}.bar.waiting,.bar.running{background:var(--accent)}.bar.cancelled{background:var(--quiet)}
.axis .lane{border:0;height:26px}.axis span{position:absolute;top:6px;transform:translateX(-50%);font:400 12px/1 var(--mono);color:var(--quiet);white-space:nowrap}.axis span:first-child{transform:none}.axis span:last-child{transform:translateX(-100%)}
.event{display:inline-block;width:10px;height:10px;background:var(--accent);border:2px solid var(--paper);box-sizing:content-box;border-radius:50%}.lane .event{position:absolute;top:10px;margin-left:-7px}
.event.retry,.event.help{background:var(--mark);border-radius:0;clip-path:polygon(50% 0,100% 100%,0 100%)}.event.resume{background:var(--mark)}.event.decision{background:#23915a;border-radius:0;transform:rotate(45deg) scale(.9)}.event.reuse{background:#3a78c2;border-radius:1px}.event.wait{background:#c98a00;border-radius:1px}.event.start,.event.end{background:var(--quiet)}
.legend{display:flex;flex-wrap:wrap;gap:6px 22px;margin:12px 0 18px;font-size:13px;color:var(--quiet)}.legend .event{vertical-align:-2px}
.events{list-style:none;font-size:15px}.events li{display:grid;grid-template-columns:max-content 16px minmax(0,1fr);gap:12px;padding:6px 0;border-bottom:1px solid var(--hairline);align-items:baseline}.events time{white-space:nowrap;min-width:104px;font:400 13px/1.5 var(--mono);color:var(--quiet)}.events small{font:400 12px/1.5 var(--mono);color:var(--quiet);margin-inline:4px}
.scroll{overflow-x:auto}
.graph{width:100%;height:auto;display:block}.graph .node{fill:var(--wash);stroke:var(--hairline)}.graph .link{fill:none;stroke:var(--accent);stroke-width:1.75;opacity:.75}.graph .port{fill:var(--accent)}.graph .title{font:600 13px var(--sans);fill:var(--ink)}.graph .input{font:400 11px var(--mono);fill:var(--quiet)}.graph .value{font:400 11px var(--mono);fill:var(--ink);text-anchor:end}
table{border-collapse:collapse;width:100%;font-size:15px}th,td{padding:10px 16px 10px 0;text-align:left;border-bottom:1px solid var(--hairline);vertical-align:baseline;font-weight:400}thead th{font-size:13px;color:var(--quiet);vertical-align:bottom}.numbers td{white-space:nowrap}.numbers thead span{display:inline-block;max-width:9em;overflow-wrap:break-word}.numbers th[scope=row]{font-weight:600;white-space:nowrap}tr.baseline{color:var(--quiet)}tr.chosen th,tr.chosen td{color:var(--mark);font-weight:600;border-bottom-color:var(--mark)}.numbers .scroll+.quiet{margin-top:20px}.numbers .scroll+.scroll{margin-top:36px}.numbers .chart{margin-top:56px}
.explanation{padding-left:1.2em;margin-top:8px;max-width:76ch;font-size:15px}.explanation li{margin-top:6px}
.pairs-title{margin:48px 0 16px;font-size:20px;letter-spacing:-.01em}.pairs{display:grid;grid-template-columns:repeat(auto-fill,minmax(280px,1fr));gap:28px 24px}
.likeness ol{list-style:none;display:grid;grid-template-columns:1fr 1fr;gap:4px}.likeness img{width:100%;aspect-ratio:1;object-fit:cover}.likeness li p{font-size:12px;color:var(--quiet);padding-top:4px}.likeness figcaption{font:400 12.5px/1.5 var(--mono);color:var(--quiet);padding-top:4px}
#generalisation .chart{margin-top:0}#generalisation .chart+.scroll{margin-top:40px}
.provenance th{width:32%;color:var(--quiet);font-size:14px}.provenance td{font:400 13px/1.6 var(--mono)}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
`;
