import assert from 'node:assert/strict';
import { Drawing } from '../../../src/sandbox/comfyui/drawing.js';

const request = (seed: number) => ({ prompt: 'portrait', negative: '', seed, width: 64, height: 64, loras: [] });
const never = new AbortController().signal;

describe('sandbox ComfyUI: the drawing thread', () => {
  const drawing = new Drawing();
  after(() => drawing.close());

  it('does not draw what was given up before its turn, so interrupted prompts leave no backlog', async () => {
    const givenUp = new AbortController();
    const first = drawing.draw(request(1), never);
    const second = drawing.draw(request(2), givenUp.signal);
    const third = drawing.draw(request(3), never);
    givenUp.abort();
    await assert.rejects(second, { name: 'AbortError' });
    assert.ok(!Buffer.from((await first).pixels).equals((await third).pixels));
  });

  it('a drawing that fails is a RuntimeError, and the next one is drawn', async () => {
    const broken = { ...request(4), prompt: undefined as unknown as string };
    await assert.rejects(drawing.draw(broken, never), { type: 'RuntimeError' });
    assert.equal((await drawing.draw(request(4), never)).width, 64);
  });

  it('closing fails what is being drawn instead of leaving it open for ever', async () => {
    const other = new Drawing();
    const drawn = other.draw(request(5), never);
    const ended = assert.rejects(drawn, /closing/);
    await new Promise((resolve) => setImmediate(resolve)); // its turn has come
    await other.close();
    await ended;
  });
});
