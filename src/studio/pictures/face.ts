import { allStages } from '../../report/json.js';
import { isChosen } from '../../report/wanted.js';
import type { ReportData } from '../../run/record.js';
import type { ArtifactRef } from '../../run/ref.js';

/** The one picture that stands for a run: the portrait, or what there is of the person until then. */
export function faceOf(data: ReportData): ArtifactRef | null {
  const [anchor, canonical] = allStages(data);
  const chosen = [canonical, anchor].map((stage) => stage.outputs.find(({ image }) => isChosen(stage, image)));
  const any = [...chosen, canonical.outputs[0], anchor.outputs[0], data.references[0], data.editorial[0]];
  return any.find((picture) => picture !== undefined)?.image ?? null;
}

/** A list of a thousand runs is scrolled through; older ones are asked for again. */
const mostKept = 2000;
/** Of a run that goes on: it may have a better one by then. */
const goodForMs = 20_000;

/** The faces of runs, for the list: one question a run, and of one that is over no further one. */
export class Faces {
  readonly #known = new Map<string, { face: Promise<ArtifactRef | null>; isOver: boolean; atMs: number }>();

  constructor(private readonly dataOf: (runId: string) => Promise<ReportData>) {}

  async of(runId: string): Promise<ArtifactRef | null> {
    const known = this.#known.get(runId);
    if (known && (known.isOver || Date.now() - known.atMs < goodForMs)) return await known.face;
    const asked = this.dataOf(runId);
    const one = { face: asked.then(faceOf), isOver: false, atMs: Date.now() };
    asked.then(({ run }) => (one.isOver = run.finishedAt !== null)).catch(() => undefined);
    this.#known.set(runId, one);
    for (const id of this.#known.keys()) {
      if (this.#known.size <= mostKept) break;
      this.#known.delete(id);
    }
    return await one.face;
  }
}
