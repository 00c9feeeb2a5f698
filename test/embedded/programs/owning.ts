// Opens the embedded default with Temporal alone, says where it is, and closes it when its stdin closes.
import { Embedded, embeddedHome } from '../../../src/embedded/index.js';

const [root] = process.argv.slice(2);
const embedded = await Embedded.open({ home: embeddedHome(root), needs: 'server', notify: console.error });
console.log(`${embedded.isOwner ? 'owner' : 'guest'} ${embedded.address}`);
const watching = setInterval(() => {
  if (embedded.isOwner) console.log('owns');
}, 100);
process.stdin.resume();
process.stdin.once('end', () => {
  clearInterval(watching);
  void embedded.close().then(() => console.log('closed'));
});
