import assert from 'node:assert/strict';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { maxPosts, maxReplyBytes } from '../../src/comfyui/bounds.js';
import { ComfyError, type ComfyErrorKind, type RenderJob } from '../../src/comfyui/index.js';
import type { Fault } from './fault-proxy.js';
import { newJob, newJobs, startRig, type Rig } from './rig.js';

const html: Fault = {
  do: 'answer',
  status: 502,
  headers: { 'content-type': 'text/html' },
  body: '<html><h1>502 Bad Gateway</h1></html>',
};
const json = (body: object): Fault => ({
  do: 'answer',
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
const error500: Fault = { do: 'answer', status: 500 };
const job404: Fault = { do: 'answer', status: 404, headers: { 'content-type': 'application/octet-stream' } };

describe('comfyui under faults', () => {
  let rig: Rig;
  before(
    async () =>
      (rig = await startRig(30, {
        requestMs: 1000,
        transferMs: 1000,
        unreachableMs: 4000,
        stallMs: 1500,
        idleQueueMs: 500,
      })),
  );
  after(() => rig.close());
  beforeEach(() => rig.said.splice(0));
  afterEach(() => rig.proxy.heal());

  /** Pictures of this content: what is answered from the server's cache writes no file. */
  async function drawn({ graph }: RenderJob): Promise<number> {
    const prefix = graph['8'].inputs.filename_prefix as string;
    const names = await readdir(join(rig.folder, 'output', dirname(prefix)));
    return names.filter((name) => name.startsWith(`${basename(prefix)}_`)).length;
  }
  /** Submissions that reached the server. */
  const submitted = (): number => rig.proxy.passed.filter((line) => line.startsWith('POST /prompt')).length;
  const kindOf = async (job: RenderJob): Promise<ComfyErrorKind> => (await failure(job)).kind;
  async function failure(job: RenderJob): Promise<ComfyError> {
    try {
      await rig.client.render(job);
    } catch (error) {
      if (error instanceof ComfyError) return error;
      throw error;
    }
    return assert.fail('it rendered');
  }

  /** What happens, to which request, how often, and the first line that the log gets (null: none). */
  const passing: [string, RegExp, Fault, number, RegExp | null][] = [
    [
      'the request to submit is lost',
      /^POST \/prompt/,
      { do: 'drop-before' },
      2,
      /broke .* Checking whether it received .* \(1 of 4\)/,
    ],
    [
      'the answer to the submission is lost',
      /^POST \/prompt/,
      { do: 'drop-after' },
      1,
      /Checking whether it received .* \(1 of 4\)/,
    ],
    ['the submission stalls', /^POST \/prompt/, { do: 'stall' }, 1, /did not respond in time.* \(1 of 4\)/],
    ['the submission arrives when nobody waits for it', /^POST \/prompt/, { do: 'late' }, 1, /in time.* \(1 of 4\)/],
    ['a gateway submits twice', /^POST \/prompt/, { do: 'repeat' }, 1, null],
    ['the gateway answers the submission with a page', /^POST \/prompt/, html, 2, /502 for .* \(a web page/],
    ['the answer to the submission is cut', /^POST \/prompt/, { do: 'truncate' }, 1, /Checking whether it received/],
    ['the answer to the submission is half a JSON', /^POST \/prompt/, { do: 'halve' }, 1, /something other than JSON/],
    ['the answer to the submission comes twice', /^POST \/prompt/, { do: 'double' }, 1, /something other than JSON/],
    ['the answer to the submission drips', /^POST \/prompt/, { do: 'drip' }, 1, /in time/],
    ['the answer to the submission is shorter than it says', /^POST \/prompt/, { do: 'overstate' }, 1, /in time/],
    [
      'the answer to the submission is longer than it says',
      /^POST \/prompt/,
      { do: 'understate' },
      1,
      /Checking whether it received/,
    ],
    ['the gateway answers a lookup with a page', /^GET \/api\/jobs/, html, 3, /502 .* Retrying for up to 4 s/],
    ['the gateway calls its page a success', /^GET \/api\/jobs/, { ...html, status: 200 }, 2, /a web page instead/],
    ['the gateway knows no such page', /^GET \/api\/jobs/, { ...html, status: 404 }, 9, null],
    [
      'the gateway finds that we ask too often',
      /^(GET \/api\/jobs|POST \/prompt)/,
      { do: 'answer', status: 429, body: 'slow down' },
      3,
      /failed with 429/,
    ],
    ['lookups are dropped', /^GET \/api\/jobs/, { do: 'drop-after' }, 3, /Retrying/],
    ['lookups are half a JSON', /^GET \/(api|queue|history)/, { do: 'halve' }, 3, /something other than JSON/],
    ['lookups are doubled', /^GET \/(api|queue|history)/, { do: 'double' }, 3, /something other than JSON/],
    ['a gateway compresses all that it passes on', /./, { do: 'gzip' }, 99, null],
    ['a lookup stalls', /^GET \/api\/jobs/, { do: 'stall' }, 1, /in time/],
    ["an entry of somebody else breaks the server's job list", /^GET \/api\/jobs/, error500, 99, null],
    ['the server is too old for the jobs API', /^GET \/api\/jobs/, job404, 99, null],
    ['the download breaks', /^GET \/view/, { do: 'truncate' }, 2, /broke/],
    [
      'the download is half an image',
      /^GET \/view/,
      { do: 'halve' },
      2,
      /PNG is cut off\): downloading it again \(1 of 3\)/,
    ],
    [
      'the download comes twice',
      /^GET \/view/,
      { do: 'double' },
      2,
      /there are extra bytes after the PNG\): downloading it again/,
    ],
    ['the download stalls', /^GET \/view/, { do: 'stall' }, 1, /in time/],
    ['the download drips', /^GET \/view/, { do: 'drip' }, 1, /in time/],
    ['the download is shorter than it says', /^GET \/view/, { do: 'overstate' }, 1, /in time/],
    ['the download is longer than it says', /^GET \/view/, { do: 'understate' }, 1, /downloading it again|broke/],
    [
      'the download is a page',
      /^GET \/view/,
      { ...html, status: 200 },
      1,
      /not a PNG, JPEG or WebP\): downloading it again/,
    ],
    ['the file is gone once', /^GET \/view/, { do: 'answer', status: 404 }, 1, /deleted .* again \(1 of 2\)/],
  ];
  for (const [title, match, fault, times, line] of passing) {
    it(`gives the same image, and says so once, when ${title}`, async () => {
      const job = newJob();
      const undisturbed = await rig.client.render(newJob({ seed: job.graph['6'].inputs.seed as number }));
      await rig.client.free();
      const before = submitted();
      rig.proxy.plant(match, fault, times);
      assert.equal((await rig.another().render(job)).sha256, undisturbed.sha256);
      const posts = title.startsWith('the file') ? 2 : 1;
      assert.equal(submitted() - before, posts, 'submissions that reached the server');
      assert.equal(
        await drawn(job),
        title.startsWith('the file') ? 3 : 2,
        'images drawn, the undisturbed one included',
      );
      if (line) assert.match(rig.said[0], line);
      assert.ok(rig.said.length <= (line ? times + 1 : 0), rig.said.join('\n'));
    });
  }

  it('waits as long as a gateway that counts requests asks for, and no request comes sooner', async () => {
    const client = rig.another({ timeouts: { unreachableMs: 60_000 } });
    for (const match of [/^POST \/prompt/, /^GET \/api\/jobs/]) {
      let openAt: number | null = null;
      let early = 0;
      rig.proxy.instead = (line) => {
        if (!match.test(line)) return null;
        if (openAt !== null && performance.now() >= openAt) return null;
        if (openAt !== null) early++;
        openAt ??= performance.now() + 900;
        return { do: 'answer', status: 429, headers: { 'retry-after': '1' } };
      };
      await client.render(newJob());
      assert.equal(early, 0, String(match));
    }
  });

  it('outlasts a gateway that refuses more submissions than are tried otherwise', async () => {
    rig.proxy.plant(/^POST \/prompt/, { do: 'answer', status: 429 }, maxPosts + 1);
    await rig.another({ timeouts: { unreachableMs: 60_000 } }).render(newJob());
    assert.match(rig.said.join('\n'), /^[^\n]*failed with 429[^\n]*Submitting the prompt again\.$/);
  });

  for (const match of [/^POST \/prompt/, /^GET \/api\/jobs/])
    it(`leaves a longer wait to the next attempt, and says how long: ${match.source}`, async () => {
      rig.proxy.plant(match, { do: 'answer', status: 503, headers: { 'retry-after': '120' } });
      const error = await failure(newJob());
      assert.deepEqual([error.kind, error.retryAfterMs], ['server-error', 120_000]);
    });

  it('asks queue and history where a job is in a state that nobody knew before', async () => {
    rig.proxy.instead = (line) => {
      const [, id] = /^GET \/api\/jobs\/(.+)/.exec(line) ?? [];
      return id ? json({ id, status: 'archived' }) : null;
    };
    assert.ok((await rig.another().render(newJob())).bytes.length > 0);
  });

  it('works on polling alone when the websocket is refused, and when it is half open', async () => {
    rig.proxy.muteWebsocket();
    const mute = rig.another();
    assert.ok((await mute.render(newJob())).bytes.length > 0);
    const plain = rig.another({ baseUrl: rig.serverUrl });
    assert.ok((await plain.render(newJob())).bytes.length > 0);
  });

  it('does not call a prompt lost that finishes between two looks on an old server', async () => {
    rig.proxy.plant(/\/api\/jobs/, job404, 999);
    const job = newJob();
    const before = rig.proxy.count(/^POST \/prompt/);
    rig.proxy.before = async (line) => {
      if (!line.startsWith('GET /queue') || rig.proxy.count(/^POST \/prompt/) === before) return;
      // The queue is looked at only when the prompt has left it: a look into the history before that came too early.
      for (let done = false; !done;) {
        done = job.promptId in ((await (await fetch(`${rig.serverUrl}/history/${job.promptId}`)).json()) as object);
      }
    };
    assert.ok((await rig.another().render(job)).bytes.length > 0);
    assert.deepEqual(rig.said, []);
  });

  it('cancels on a server too old for the jobs API', async () => {
    rig.proxy.plant(/\/api\/jobs/, job404, 999);
    rig.proxy.plant(/^POST \/api\/jobs/, { do: 'answer', status: 405, body: '405: Method Not Allowed' }, 999);
    const controller = new AbortController();
    const jobs = newJobs(4);
    const ends = Promise.allSettled(jobs.map((job) => rig.client.render(job, { signal: controller.signal })));
    controller.abort(new Error('stop'));
    for (const end of await ends) assert.equal(end.status, 'rejected');
    const queue = await (await fetch(`${rig.serverUrl}/queue`)).json();
    assert.deepEqual(queue, { queue_running: [], queue_pending: [] });
  });

  it('does not interrupt an old server at every look: one too many stops the prompt behind ours', async () => {
    const { promptId } = newJob();
    let looks = 0;
    rig.proxy.plant(/^POST \/api\/jobs/, { do: 'answer', status: 405, body: '405: Method Not Allowed' }, 99);
    rig.proxy.instead = (line) => {
      if (!line.startsWith('GET /queue')) return null;
      return json({ queue_running: ++looks < 6 ? [[0, promptId]] : [], queue_pending: [] });
    };
    const before = rig.proxy.count(/^POST \/interrupt/);
    await rig.client.cancel(promptId);
    assert.equal(looks, 6);
    assert.equal(rig.proxy.count(/^POST \/interrupt/) - before, 1);
  });

  it('finds its prompt in a queue whose other graphs have more bytes than a reply may', async () => {
    const job = newJob();
    const text = '"]}\\[{'.repeat(13_000);
    const item = [1, 'somebody', { '1': { inputs: { text } } }, { extra_pnginfo: { workflow: { text } } }, ['1']];
    const others = `${JSON.stringify(item)},`.repeat(350);
    assert.ok(others.length > maxReplyBytes);
    const queue = (id: string): Fault => {
      const body = `{"queue_running": [], "queue_pending": [${others}${JSON.stringify([2, id, { a: [{}] }])}]}`;
      return { do: 'answer', status: 200, body };
    };
    const client = rig.another({ timeouts: { requestMs: 60_000 } });
    rig.proxy.plant(/^GET \/api\/jobs/, job404, 9);
    rig.proxy.plant(/^GET \/queue/, queue(job.promptId));
    assert.deepEqual(await client.find(job.promptId), { kind: 'queued' });
    rig.proxy.plant(/^GET \/queue/, queue('another'));
    assert.deepEqual(await client.find(job.promptId), { kind: 'lost' });
  });

  it('cancels a prompt that a gateway delivers only after everybody has given up', async () => {
    const controller = new AbortController();
    rig.proxy.instead = (line) => {
      if (line.startsWith('POST /prompt')) controller.abort(new Error('stop'));
      return null;
    };
    rig.proxy.plant(/^POST \/prompt/, { do: 'late' });
    const before = submitted();
    const job = newJob({ size: { width: 64, height: 64 } });
    await assert.rejects(
      rig.another({ timeouts: { requestMs: 300 } }).render(job, { signal: controller.signal }),
      /stop/,
    );
    assert.equal(submitted() - before, 1, 'it did arrive');
    const queue = await (await fetch(`${rig.serverUrl}/queue`)).json();
    assert.deepEqual(queue, { queue_running: [], queue_pending: [] });
  });

  it("frees memory and tries once more; a second shortage is the caller's", async () => {
    const job = newJob();
    const messages = [
      [
        'execution_error',
        {
          node_id: '6',
          node_type: 'KSampler',
          exception_type: 'torch.OutOfMemoryError',
          exception_message: 'Allocation on device',
        },
      ],
    ];
    const shortageOf = ({ promptId }: RenderJob) =>
      json({ id: promptId, status: 'failed', execution_status: { messages } });
    rig.proxy.plant(/^GET \/api\/jobs/, { do: 'answer', status: 404, body: '{"error":"Job not found"}' });
    rig.proxy.plant(/^GET \/api\/jobs/, shortageOf(job));
    const before = rig.proxy.count(/^POST \/free/);
    assert.ok((await rig.client.render(job)).bytes.length > 0);
    assert.equal(rig.proxy.count(/^POST \/free/) - before, 1);
    const other = newJob();
    rig.proxy.plant(/^GET \/api\/jobs/, { do: 'answer', status: 404, body: '{"error":"Job not found"}' });
    rig.proxy.plant(/^GET \/api\/jobs/, shortageOf(other));
    rig.proxy.plant(/^POST \/history/, { do: 'answer', status: 200 });
    rig.proxy.plant(/^GET \/api\/jobs/, shortageOf(other));
    const error = await failure(other);
    assert.deepEqual([error.kind, error.type], ['out-of-memory', 'out-of-memory']);
  });

  it('calls a queue that nobody works on a zombie, instead of waiting for ever', async () => {
    const job = newJob();
    const pending = { queue_running: [], queue_pending: [[0, job.promptId, {}, {}, []]] };
    rig.proxy.plant(/^GET \/api\/jobs/, json({ id: job.promptId, status: 'pending' }), 999);
    rig.proxy.plant(/^GET \/queue/, json(pending), 999);
    const idle = await failure(job);
    assert.deepEqual([idle.kind, idle.type], ['zombie', 'server-unfit']);
    assert.match(
      idle.message,
      /responds but does not render \(prompts are queued, but none runs for 1 s\): restart ComfyUI\.$/,
    );
    rig.proxy.heal();
    rig.proxy.plant(/^GET \/api\/jobs/, json({ id: job.promptId, status: 'in_progress' }), 999);
    assert.match((await failure(job)).message, /our running prompt makes no progress/);
  });

  const refused: [string, RegExp, Fault, ComfyErrorKind, RegExp][] = [
    [
      'a redirect to elsewhere',
      /^GET \/api\/jobs/,
      { do: 'answer', status: 302, headers: { location: 'http://127.0.0.1:1/' } },
      'bad-reply',
      /a redirect \(302\)/,
    ],
    [
      'a page instead of JSON',
      /^POST \/prompt/,
      { do: 'answer', status: 200, headers: { 'content-type': 'text/html' }, body: '<!doctype html>' },
      'bad-reply',
      /a web page instead of JSON/,
    ],
    [
      'JSON of another shape',
      /^GET \/api\/jobs/,
      json({ id: 1 }),
      'bad-reply',
      /JSON of an unexpected shape \(at id\)/,
    ],
    [
      'a request that is too large',
      /^POST \/prompt/,
      { do: 'answer', status: 413, body: 'Maximum request body size exceeded' },
      'too-large',
      /413/,
    ],
    ['no permission', /^GET \/api\/jobs/, { do: 'answer', status: 401 }, 'forbidden', /--header/],
    [
      'a file that stays broken',
      /^GET \/view/,
      { do: 'halve' },
      'broken-image',
      /is broken there \(the PNG is cut off\)/,
    ],
    [
      'a submission that always fails',
      /^POST \/prompt/,
      { do: 'answer', status: 500, body: '500 Internal Server Error' },
      'failing',
      /failed with 500 for \/prompt .*4 times in a row/,
    ],
  ];
  for (const [title, match, fault, kind, words] of refused) {
    it(`ends with one sentence after ${title}`, async () => {
      rig.proxy.plant(match, fault, 99);
      const error = await failure(newJob());
      assert.equal(error.kind, kind);
      assert.match(error.message, words);
      assert.doesNotMatch(error.message, /\n/);
    });
  }

  it('says what the server lacks: a LoRA, a node, an image; and what it refuses', async () => {
    const { graph } = newJob({ lora: { name: 'nope.safetensors', strength: 1 } });
    const untitled = { ...graph, '2': { ...graph['2'], _meta: {} } };
    const lora = await failure({ promptId: newJob().promptId, graph: untitled });
    assert.equal(lora.kind, 'missing-on-server');
    assert.match(lora.message, /has no 'nope\.safetensors' in its models\/loras: put the file there\.$/);
    const job = newJob();
    const node = await failure({ ...job, graph: { ...job.graph, '6': { ...job.graph['6'], class_type: 'Nope' } } });
    assert.match(node.message, /has no node 'Nope'/);
    const picture = { class_type: 'LoadImage', inputs: { image: 'azit/none.png' } };
    const theirs = await failure({ ...job, graph: { ...job.graph, '7': picture } });
    assert.deepEqual([theirs.kind, theirs.type], ['missing-on-server', 'missing-on-server']);
    const titled = { ...picture, _meta: { title: 'azit:image' } };
    const ours = await failure({ ...job, graph: { ...job.graph, '7': titled } });
    assert.deepEqual([ours.kind, ours.type], ['missing-input', 'unavailable']);
    const size = await failure(newJob({ size: { width: 1, height: 64 } }));
    assert.equal(size.kind, 'validation');
    assert.match(size.message, /rejected node 5 \(EmptyLatentImage\)/);
  });

  it('takes a half-refused prompt out of the queue and calls it refused, though the status was 200', async () => {
    // An old server, which knows of no targets: none are sent where nothing is titled azit:save.
    const { promptId, graph } = newJob();
    const bad = { class_type: 'SaveImage', inputs: { filename_prefix: 'x' } };
    const untitled = { ...graph['8'], _meta: {} };
    assert.equal(await kindOf({ promptId, graph: { ...graph, '8': untitled, '9': bad } }), 'validation');
    const queue = await (await fetch(`${rig.serverUrl}/queue`)).json();
    assert.deepEqual(queue, { queue_running: [], queue_pending: [] });
  });

  it('has a LoRA of ours brought again that was damaged on the server, and calls another one broken', async () => {
    await mkdir(rig.lorasDir, { recursive: true });
    await writeFile(join(rig.lorasDir, 'cut.safetensors'), 'x');
    const { graph } = newJob({ lora: { name: 'cut.safetensors', strength: 1 } });
    const ours = await failure({ promptId: newJob().promptId, graph });
    assert.deepEqual([ours.kind, ours.type], ['missing-lora', 'unavailable']);
    const untitled = { ...graph, '2': { ...graph['2'], _meta: {} } };
    const theirs = await failure({ promptId: newJob().promptId, graph: untitled });
    assert.deepEqual([theirs.kind, theirs.type], ['lora-broken', 'lora-broken']);
  });

  it('says within seconds that nothing listens, and that it may be tried again', async () => {
    const client = rig.another({ baseUrl: 'http://127.0.0.1:1', timeouts: { unreachableMs: 200 } });
    await assert.rejects(client.stats(), (error: ComfyError) => {
      assert.deepEqual([error.kind, error.type], ['unreachable', 'unavailable']);
      assert.match(error.message, /^No ComfyUI is reachable at http:\/\/127\.0\.0\.1:1 \(ECONNREFUSED\)\.$/);
      return true;
    });
    for (const baseUrl of ['ftp://x', '127.0.0.1', 'http://user:secret@x']) {
      assert.throws(
        () => rig.another({ baseUrl }),
        (error: ComfyError) => error.kind === 'bad-setting' && !/secret/.test(error.message),
      );
    }
  });
});
