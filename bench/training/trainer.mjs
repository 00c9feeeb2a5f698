// `node trainer.mjs CONFIG`: speaks ai-toolkit's run contract with files of BENCH_BYTES; it trains nothing. The moment at
// which each save was complete is written beside the config's folder, as `saved-STEP`.
import { Buffer } from 'node:buffer';
import { createHash, randomFillSync } from 'node:crypto';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { zipSync } from 'fflate';

const { config, meta } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const [section] = config.process;
const folder = join(section.training_folder, config.name);
const bytes = Number(process.env.BENCH_BYTES);
const log = process.env.BENCH_LOG;
mkdirSync(folder, { recursive: true });
appendFileSync(join(log, 'starts'), `${process.pid} ${Date.now()}\n`);
const found = readdirSync(folder).map((name) => Number(/_(\d{9})\.safetensors$/.exec(name)?.[1] ?? 0));
const start = Math.max(0, ...found);
const say = (line) => process.stdout.write(`${line}\n`);
const data = randomFillSync(Buffer.alloc(bytes - (bytes % 4)));
// No number of it is NaN or infinite: the top bits of the exponent are cleared.
for (let at = 3; at < data.length; at += 4) data[at] &= 0x3f;

/** After the update of `step`; the last save of all says the number of all steps. */
function save(name, step, said = step) {
  data.writeFloatLE(step + 1, 0);
  const metadata = {
    format: 'pt',
    ...meta,
    training_info: JSON.stringify({ step: said, epoch: 0 }),
    ss_base_model_version: 'sandbox',
    ss_output_name: config.name,
    sshs_model_hash: createHash('sha256').update(data).digest('hex'),
  };
  const json = JSON.stringify({
    __metadata__: metadata,
    'diffusion_model.weight': { dtype: 'F32', shape: [data.length / 4], data_offsets: [0, data.length] },
  });
  const header = Buffer.from(json.padEnd(Math.ceil(json.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const path = join(folder, name);
  writeFileSync(`${path}.tmp`, Buffer.concat([length, header, data]));
  renameSync(`${path}.tmp`, path);
  say(`Saved checkpoint to ${path}`);
  const updates = Buffer.alloc(4);
  updates.writeFloatLE(step + 1);
  writeFileSync(join(folder, 'optimizer.pt'), zipSync({ 'optimizer/data/0': updates }, { level: 0 }));
  say(`Saved optimizer to ${join(folder, 'optimizer.pt')}`);
}

say('Running  1 process');
if (start > 0) {
  say(`#### IMPORTANT RESUMING FROM ${folder} ####`);
  say(`Found step ${start} in metadata, starting from there`);
}
say('Dataset: x');
say(`  -  Found ${process.env.BENCH_IMAGES} images`);
const { steps } = section.train;
for (let step = start; step < steps; step += 1) {
  process.stderr.write(
    `\r${config.name}:  42%|####      | ${step}/${steps} [00:00<00:00,  1.00it/s, lr: 1.0e-04 loss: 1.0e-01]`,
  );
  if (step > start && step % section.save.save_every === 0) {
    say(`Saving at step ${step}`);
    save(`${config.name}_${String(step).padStart(9, '0')}.safetensors`, step);
    writeFileSync(join(log, `saved-${step}`), String(Date.now()));
    // A save comes long after the one before is published.
    await delay(Number(process.env.BENCH_PAUSE_MS));
  }
}
save(`${config.name}.safetensors`, steps - 1, steps);
