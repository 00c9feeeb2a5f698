import type { Context, Hono } from 'hono';
import { z } from 'zod';
import { byWhom } from '../machine/user.js';
import { gates } from '../project/names.js';
import { AzitClientError } from '../client/index.js';
import { fieldsOf } from './door/routes.js';
import { seenOf } from './pages/ask.js';
import { troubleWords } from './pages/words.js';
import type { WatchedRun } from './runs/watched-run.js';
import type { Studio, StudioEnv } from './studio.js';

const gate = z.enum(gates);
const whole = z
  .string()
  .regex(/^\d{1,9}$/)
  .transform(Number);
const approveFields = z.object({ gate, seen: z.string(), pick: whole.optional() });
const rejectFields = z.object({ gate, reason: z.string() });
const seedFields = z.object({ seeds: whole });
const chooseFields = z.object({ step: whole, strength: z.string().transform(Number).pipe(z.number()).optional() });

/** What a person says on a run's page. The run itself refuses what it can't take, and its sentence is the answer. */
export function addDecisions(app: Hono<StudioEnv>, studio: Studio): void {
  const decision = (
    name: string,
    decide: (run: WatchedRun, c: Context<StudioEnv>) => Promise<string | { said: string; go: string }>,
  ): void => {
    app.post(`/run/:id/${name}`, async (c) => {
      let run: WatchedRun | null = null;
      try {
        run = await studio.runs.seen(c.req.param('id'));
        const said = await decide(run, c);
        await studio.carryOn();
        await run.lookNow();
        return c.json(typeof said === 'string' ? { said } : said);
      } catch (error) {
        if (error instanceof z.ZodError)
          return c.json({ said: 'The page sent an incomplete decision: reload the page.' }, 400);
        if (!(error instanceof AzitClientError)) studio.onTrouble(error);
        await run?.lookNow();
        // Where Temporal is away, a worker that says nothing is not the trouble.
        const isAway = run?.trouble instanceof AzitClientError && run.trouble.code === 'temporal-unreachable';
        return c.json({ said: troubleWords(isAway ? run?.trouble : error) }, 409);
      }
    });
  };

  decision('approve', async ({ run }, c) => {
    const body = await c.req.parseBody({ all: true });
    const drops = [body['drop'] ?? []].flat().map(Number).filter(Number.isInteger);
    const { gate, seen, pick } = approveFields.parse(fieldsOf(body));
    const { waitingFor } = await run.status();
    if (waitingFor?.gate === gate && seenOf(waitingFor) !== seen)
      throw new AzitClientError(
        'refused',
        'The images have changed since you loaded the page: look at the new ones, then decide.',
      );
    const option = waitingFor?.gate === gate ? waitingFor.options.find(({ index }) => index === pick) : undefined;
    if (gate === 'checkpoint' && option?.step !== undefined) {
      const { step, strength } = option;
      await run.choose({ step, strength, ...byOf(c) });
      return `Checkpoint ${step} is chosen.`;
    }
    if (gate === 'dataset') await run.approve({ gate, ...byOf(c), ...(drops.length > 0 ? { drops } : {}) });
    else await run.approve({ gate, ...byOf(c), ...(pick === undefined ? {} : { picks: [pick] }) });
    return gate === 'dataset'
      ? `The dataset is approved${drops.length > 0 ? ` without ${drops.length} of its images` : ''}.`
      : `Candidate ${pick ?? 0} is approved.`;
  });

  decision('reject', async ({ run }, c) => {
    const { gate, reason } = rejectFields.parse(fieldsOf(await c.req.parseBody()));
    await run.reject({ gate, reason, ...byOf(c) });
    return gate === 'checkpoint'
      ? 'Every checkpoint is rejected: the run ends without a choice.'
      : 'Rejected: the run renders again.';
  });

  decision('choose', async ({ run }, c) => {
    const { step, strength } = chooseFields.parse(fieldsOf(await c.req.parseBody()));
    const { already, isShownAnew } = await run.choose({
      step,
      ...byOf(c),
      ...(strength === undefined ? {} : { strength }),
    });
    if (already) return `Checkpoint ${step} is already chosen.`;
    return isShownAnew
      ? `Checkpoint ${step} is chosen: stage 06 is being rendered again with it.`
      : `Checkpoint ${step} is chosen.`;
  });

  decision('resume', async ({ run }, c) => {
    await run.resume(byOf(c));
    return 'The run continues.';
  });

  decision('stop-training', async ({ run }, c) => {
    await run.stopTraining(byOf(c));
    return 'Training saves a last checkpoint and ends; the run continues with the saved checkpoints.';
  });

  decision('seeds', async ({ run }, c) => {
    const { seeds } = seedFields.parse(fieldsOf(await c.req.parseBody()));
    const { runId } = await run.moreSeeds(seeds);
    return { said: 'A new run with more seeds has started; it reuses everything that is done.', go: `/run/${runId}/` };
  });

  decision('cancel', async ({ run }, c) => {
    await run.cancel(byOf(c));
    return 'The run is stopping; training saves a last checkpoint first.';
  });
}

/** The name in the run's timeline: a user's, or that of whoever started the studio on this machine. */
function byOf(c: Context<StudioEnv>): { by?: string } {
  const { user } = c.var.session;
  return user === null ? byWhom() : { by: user };
}
