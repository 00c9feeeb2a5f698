/** Words that people are tempted to use as a trigger, and that every model knows. */
const words =
  'woman women girl girls lady female man men boy boys guy male person people human face head portrait photo photograph ' +
  'picture image model actor actress singer idol star dancer hero queen king prince princess angel baby child kid mother ' +
  'father mom dad sister brother friend wife husband me myself self name subject character style art beauty beautiful ' +
  'pretty cute love heart rose lily daisy ruby pearl amber jade ivy hope grace faith joy sky sun moon luna ocean river ' +
  'rain snow winter summer spring autumn april may june august red blue green black white grey gray pink gold golden ' +
  'silver blonde brown dark light fire ice stone storm wolf fox cat dog bird tiger lion bear anna emma mary maria sara ' +
  'sarah lisa laura julia jane kate alice sophie sophia olivia mia ella eva lena nina mina yuna jimin suzy john james ' +
  'peter paul mark max leo tom tim ben sam alex david daniel michael thomas test trigger token lora training dataset new';

const known = new Set(words.split(' '));

export const isCommonWord = (word: string): boolean => known.has(word.toLowerCase());
