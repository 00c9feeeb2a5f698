import { decideByKeys } from './ask.js';
import { goThroughCards } from './cards.js';
import { cropImages } from './crop.js';
import { takeDrops } from './drops.js';
import { checkFaces } from './faces.js';
import { filterCards } from './filter.js';
import { sendForms } from './forms.js';
import { askAgainForImages, keepAlive } from './live.js';
import { giveNotices } from './notices.js';
import { zoomTogether } from './zoom.js';
import { viewPictures } from './viewer.js';

// The page says all of it without a script, as it stood when it was loaded; this keeps it up to date and sends decisions.
sendForms();
decideByKeys();
viewPictures();
giveNotices();
takeDrops();
checkFaces();
cropImages();
askAgainForImages();
goThroughCards();
const filter = filterCards();
const zoom = zoomTogether();
keepAlive(() => {
  filter();
  zoom();
});
