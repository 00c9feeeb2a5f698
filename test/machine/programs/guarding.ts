// Guards a shell that has a child of its own, and says both numbers; lives until it is killed.
import { join } from 'node:path';
import { spawnGuarded } from '../../../src/machine/dies-with-parent.js';

const [folder] = process.argv.slice(2);
spawnGuarded({
  command: '/bin/sh',
  arguments: ['-c', `sleep 1000 & echo "$$ $!" > ${folder}/pids; wait`],
  env: process.env,
  logPath: join(folder, 'log'),
});
setInterval(() => undefined, 1000);
