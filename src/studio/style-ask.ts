/** Where a person decides: pictures large, the reference beside them. */
export const askRules = `
main>.ask{padding:clamp(20px,3vw,36px);margin-bottom:32px;border:2px solid var(--mark);border-radius:4px}
.ask>header{margin-bottom:22px}.ask h2{font-size:clamp(24px,3vw,40px);margin-top:6px}.ask.help h2{font-size:clamp(20px,2.2vw,28px);line-height:1.25;max-width:60ch}
.ask .keys{margin-top:10px;font-size:14px}kbd{font:600 12px/1 var(--mono);padding:2px 6px;border:1px solid var(--quiet);border-radius:3px}
.choices{display:grid;gap:22px}.choices.beside{grid-template-columns:minmax(200px,1fr) minmax(0,3fr)}.choices .actions{grid-column:1/-1}
.reference{position:sticky;top:70px;align-self:start}.reference img{width:100%}.reference figcaption{padding-top:8px;font:400 13px/1.5 var(--mono);color:var(--quiet)}
.options{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,260px),1fr));gap:18px}
.options.dataset{grid-template-columns:repeat(auto-fill,minmax(min(46%,170px),1fr));gap:14px}
.option{position:relative}.option label{display:block;cursor:pointer}.option input{position:absolute;z-index:1;left:12px;top:12px;width:22px;height:22px;accent-color:#d92a18;color-scheme:light}
.option img{width:100%;aspect-ratio:1;object-fit:cover;outline:1px solid var(--hairline)}
.option .caption{display:flex;flex-wrap:wrap;gap:2px 12px;align-items:baseline;padding-top:8px;font-size:14px;color:var(--quiet)}.option b{color:var(--ink);font-size:15px;overflow-wrap:anywhere}
.option:has(input[type=radio]:checked) img{outline:5px solid var(--mark)}
.option:has(input[type=radio]:checked) b::after{content:' · picked';color:var(--mark)}
.option:has(input[type=checkbox]:checked) img{filter:grayscale(1);opacity:.4}.option:has(input[type=checkbox]:checked) b::after{content:' · left out';color:var(--mark)}
.option:has(:focus-visible) label{outline:3px solid var(--accent);outline-offset:6px}
.option .open{position:absolute;right:8px;top:8px;padding:4px 9px;border-radius:3px;background:#0d0d0fcc;color:#fff;font-size:13px;text-decoration:none}
.reject{display:flex;flex-wrap:wrap;gap:12px;align-items:end;margin-top:26px;padding-top:22px;border-top:1px solid var(--hairline)}.reject label{display:grid;gap:6px;flex:1 1 320px}.reject input{width:100%}
@media (hover:none){.ask .keys,.list .keys{display:none}}
@media (max-width:860px){.choices.beside{grid-template-columns:minmax(0,1fr)}.reference{position:static;max-width:46vw}.options:not(.dataset){grid-template-columns:repeat(auto-fill,minmax(min(46%,220px),1fr))}}
`;
