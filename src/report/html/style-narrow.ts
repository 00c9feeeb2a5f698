/** What a tablet and a phone change. Not for paper: a page is as narrow as a tablet, and reads as a desktop. */
export const narrowRules = `
@media screen and (max-width:860px){
.hero,main>.verdict,.pair{grid-template-columns:minmax(0,1fr)}
.stage>header{grid-template-columns:auto minmax(0,1fr)}.stage>header .meta{grid-column:2;flex-flow:row wrap;align-items:center;gap:4px 16px;justify-content:flex-start}
nav ol{flex-wrap:nowrap;overflow-x:auto;white-space:nowrap;margin-inline:calc(-1*var(--edge));padding-inline:var(--edge) 64px;mask-image:linear-gradient(to right,#000 calc(100% - 64px),transparent)}
.row{grid-template-columns:repeat(auto-fill,minmax(104px,1fr));gap:18px 12px}.row.further>:first-child{grid-column-start:auto}.row .baseline::after{right:-7px}
.row li p:not(.tag){font-size:12.5px;padding-top:5px}.row li b,.row.further li b{font-size:15px}
.strip>header{grid-template-columns:1fr}.axis span:nth-child(even){display:none}
.sheet{grid-template-columns:repeat(auto-fill,minmax(128px,1fr));margin-inline:calc(-1*var(--edge));border-radius:0;padding-inline:var(--edge)}
.provenance th,.provenance td{display:block;width:auto;border:0;padding:2px 0}.provenance tr{display:block;padding:8px 0;border-bottom:1px solid var(--hairline)}
.numbers table{font-size:14px}.numbers th:first-child{position:sticky;left:0;background:var(--paper);z-index:1}
.scroll{background:linear-gradient(to right,var(--paper) 30%,transparent) 0 0/40px 100% local,linear-gradient(to left,var(--paper) 30%,transparent) 100% 0/40px 100% local,linear-gradient(to right,var(--shade),transparent) 0 0/14px 100% scroll,linear-gradient(to left,var(--shade),transparent) 100% 0/14px 100% scroll;background-repeat:no-repeat}
}
@media screen and (max-width:640px){
.scroll::before{content:'Scroll sideways for more';display:block;position:sticky;left:0;width:fit-content;font:400 12px/1.5 var(--mono);color:var(--quiet);margin-bottom:4px}
.chart .wide{display:none}.chart .narrow{display:block}
.row .chosen .tag{left:4px;top:4px;padding:4px 6px}
.facts{grid-template-columns:1fr 1fr}
.track{grid-template-columns:1fr;gap:0;margin-top:8px}.events time{min-width:0}
.events li{grid-template-columns:max-content minmax(0,1fr)}.events li>span{grid-column:1/-1}
}
`;
