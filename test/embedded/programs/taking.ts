// Tries to take a lock, says whether it could, and keeps it until its stdin closes.
import { takeLock } from '../../../src/machine/lock.js';

const [path] = process.argv.slice(2);
process.stdin.on('data', () => void take());
process.stdin.once('end', () => process.exit());
console.log('ready');

async function take(): Promise<void> {
  console.log((await takeLock(path)) ? 'taken' : 'refused');
}
