import { strengthWords } from '../run/checkpoint-record.js';
import { escapeMarkdown } from '../text/markdown.js';
import { stageTitles } from '../project/names.js';
import { stateWord, type RunStatus } from '../run/messages.js';

/** What Temporal's UI shows as the run's current details: where it is, the scores so far, what it waits for. Markdown. */
export function detailsOf(status: RunStatus): string {
  const lines = [`**${escapeMarkdown(status.name)}** (${status.model}) is **${stateWord(status)}**`];
  if (status.help) {
    const { stage, text, cure } = status.help;
    lines.push('', `**Needs help** at ${stage}: ${escapeMarkdown(text)}`, `Fix: ${escapeMarkdown(cure)}`);
  }
  if (status.waitingFor) lines.push('', `**Waiting for you**: ${escapeMarkdown(status.waitingFor.text)}`);
  lines.push('', '| stage | state | kept | rejected |', '| --- | --- | --- | --- |');
  for (const { id, state, kept, rejected } of status.stages) {
    lines.push(`| ${id} ${stageTitles[id]} | ${state} | ${kept} | ${rejected} |`);
  }
  if (status.training) {
    const { step, steps, loss, validation } = status.training;
    lines.push(
      '',
      `Training: last checkpoint at step ${step} of ${steps}${loss === null ? '' : `, loss ${loss}`}` +
        (status.training.stopped ? `, ${escapeMarkdown(status.training.stopped.reason)}` : '') +
        (validation ? `, validation loss ${validation.loss.toPrecision(4)} at step ${validation.step}` : ''),
    );
  }
  lines.push('', '| checkpoint | state | identity | 95% interval |', '| --- | --- | --- | --- |');
  if (status.baseline) lines.push(row('no LoRA', 'scored', status.baseline));
  for (const { step, state, identity, strengths } of status.sweep)
    for (const at of strengths ?? [{ strength: null, identity }])
      lines.push(row(`${step}${strengthWords(at.strength)}`, state, at.identity));
  if (status.choice) {
    const { step, strength, by, reason } = status.choice;
    const named = step === null ? 'none' : `${step}${strengthWords(strength)}`;
    lines.push('', `Choice${by === 'person' ? ' by a person' : ''}: ${named}. ${escapeMarkdown(reason)}`);
  }
  return lines.join('\n');
}

function row(name: string, state: string, identity: RunStatus['baseline']): string {
  if (!identity || identity.n === 0) return `| ${name} | ${state} | ${identity ? 'no face' : ''} | |`;
  return `| ${name} | ${state} | ${identity.mean.toFixed(2)} | ${identity.low.toFixed(2)} to ${identity.high.toFixed(2)} |`;
}
