import type { Score } from '../../report/data.js';
import { stageTitles } from '../../spec/names.js';
import type { Place, RunStatus } from '../../workflows/types.js';

export function stageName(stage: Place | null): string {
  if (stage === null) return 'starting';
  if (stage === 'report') return 'the report';
  return stage === 'sweep' ? 'Checkpoint sweep' : `${stage.slice(0, 2)} ${stageTitles[stage]}`;
}

/** e.g. identity 0.512 (0.480 to 0.544) */
export function scoreWords(score: Score): string {
  if (score.n === 0) return 'no face found';
  return `identity ${score.mean.toFixed(3)} (${score.low.toFixed(3)} to ${score.high.toFixed(3)})`;
}

/** e.g. 1 min 20 s */
export function durationWords(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** What a run that waits or needs help says to the person, with the command that answers it. */
export function askWords({ runId, waitingFor, help }: RunStatus): string[] {
  const lines: string[] = [];
  if (help) {
    lines.push(`needs help at ${stageName(help.stage)}: ${help.text}`, `cure: ${help.cure}`);
    lines.push(`then: azit resume ${runId} (or the same \`azit run\` again); to give up: azit cancel ${runId}`);
  }
  if (waitingFor) {
    lines.push(`waits for a person: ${waitingFor.text}`);
    for (const { index, image, identity } of waitingFor.options)
      lines.push(`  ${index}: ${image.name}${identity === null ? '' : `, identity ${identity.toFixed(3)}`}`);
    lines.push(
      waitingFor.gate === 'checkpoint'
        ? `then: azit approve ${runId} --gate checkpoint, or azit choose ${runId} --step STEP`
        : `then: azit approve ${runId} --gate ${waitingFor.gate} [--pick N...], or azit reject ${runId} --gate ${waitingFor.gate} --reason TEXT`,
    );
  }
  return lines;
}
