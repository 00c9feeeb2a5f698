export { acceptAnchor, acceptCanonical, acceptView, bestOf, type Verdict } from './accept.js';
export { captionOf } from './captions.js';
export { coverageOf } from './coverage.js';
export { chooseHeldOut, fewestLeft, type HoldOutCandidate } from './hold-out.js';
export { similarityLimit } from './limits.js';
export { auditOwn, type OwnFinding } from './own-set.js';
export { anchorItems, canonicalItems, editorialItems, editorTurn, viewItems } from './stage-items.js';
export { settledViews, viewsOf } from './settings.js';
export { keyOf, planViewsI, planViewsII } from './views.js';
