import assert from 'node:assert/strict';
import { paceOf } from '../../src/plan/pace.js';
import type { RunDocument } from '../../src/run/messages.js';
import type { ReportRecord } from '../../src/run/record.js';

const image = { promptId: 'p', image: { bytes: 1000 } };

/** One stage 03 of ten minutes and four images. */
const ranWith = (more: Partial<ReportRecord>): RunDocument =>
  ({
    saved: [],
    report: {
      stages: [
        {
          id: '03-views-i',
          startedAt: '2026-01-01T00:00:00Z',
          finishedAt: '2026-01-01T00:10:00Z',
          outputs: [image, image, image],
          rejected: [image],
        },
      ],
      timeline: [],
      training: null,
      ...more,
    },
  }) as unknown as RunDocument;

const event = (kind: 'reuse' | 'wait') => ({ stage: '03-views-i', kind, at: '', text: '' }) as const;
const spent = { '03-views-i': { gpuSeconds: 12 } };

describe('the pace that a plan reckons with', () => {
  it('is the GPU time that was counted: a stage is as long when its terminal was closed', () => {
    assert.equal(paceOf([ranWith({ spent, timeline: [event('wait')] })]).secondsPerImage, 3);
  });

  it("leaves out a stage that took other runs' images, which cost it nothing", () => {
    assert.equal(paceOf([ranWith({ spent, timeline: [event('reuse')] })]).secondsPerImage, null);
  });

  it('is the length of an undisturbed stage in a record that counted none', () => {
    assert.equal(paceOf([ranWith({})]).secondsPerImage, 150);
    assert.equal(paceOf([ranWith({ timeline: [event('wait')] })]).secondsPerImage, null);
  });
});
