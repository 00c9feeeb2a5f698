// `node --import tsx attempt.ts FOLDER JSON`: one attempt of trainLora on a rig's folder. At the named moment of its first
// publication it kills itself, or sets its clock back.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TrainLoraInput } from '../../../src/run/contracts.js';
import { signalIfThere } from '../../../src/machine/processes.js';
import { openStore } from '../../../src/artifacts/store.js';
import { trainOnce } from '../train-once.js';

export type Moment =
  | 'before the copy into the store'
  | 'between the two files'
  | 'before the record'
  | 'before the signal'
  | 'after the signal';

export interface Disturbance {
  at: Moment;
  do: 'kill' | 'set the clock back';
}

const [folder, json] = process.argv.slice(2);
const { input, command, disturbance } = JSON.parse(json) as {
  input: TrainLoraInput;
  command: string[];
  disturbance?: Disturbance;
};
const hourMs = 3_600_000;
let isPast = false;

function reach(moment: Moment): void {
  if (moment !== disturbance?.at || isPast) return;
  isPast = true;
  if (disturbance.do === 'kill') return loseThePower();
  const now = Date.now;
  Date.now = () => now() - hourMs;
}

/** The whole group at once: the trainer leads a group of its own. */
function loseThePower(): void {
  const lock = join(folder, 'work', 'training', input.runId, 'attempts', 'trainer.lock');
  // Training is quick here: the trainer may have come to its end.
  if (existsSync(lock)) signalIfThere(-(JSON.parse(readFileSync(lock, 'utf8')) as { pid: number }).pid, 'SIGKILL');
  process.kill(process.pid, 'SIGKILL');
}

const store = await openStore(join(folder, 'store'));
const putFile = store.putFile.bind(store);
store.putFile = async (path, ...others) => {
  reach(path.endsWith('.pt') ? 'between the two files' : 'before the copy into the store');
  return await putFile(path, ...others);
};
const putRecord = store.putRecord.bind(store);
store.putRecord = async (key, value) => {
  if (/\/step-\d+$/.test(key)) reach('before the record');
  return await putRecord(key, value);
};
console.log(JSON.stringify(await trainOnce({ folder, input, command, store, onNews: reach })));
