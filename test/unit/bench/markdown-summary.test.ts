/** What the markdown bench says of its runs: figures made up here, so that each limit is crossed and kept. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { writeDocument } from '../../bench/markdown/documents.js';
import { markersOf } from '../../bench/markdown/page/shown.js';
import type { Run } from '../../bench/markdown/run.js';
import { growth, median, summarise, violations } from '../../bench/markdown/summary.js';

const run = (contestant: string, document: string, taskDuration: number, more: Partial<Run> = {}): Run => ({
  contestant,
  document,
  mode: 'frame',
  repetition: 0,
  taskDuration,
  preparing: 0,
  milliseconds: taskDuration,
  frames: 1,
  waited: 0,
  heldBack: 0,
  looking: 0,
  longestScript: 1,
  longestTask: 0,
  heap: 0,
  timedOutAt: null,
  missing: null,
  ...more,
});

const broken = (...runs: readonly Run[]): readonly string[] => violations(summarise(runs), []);

describe('the limits of bench:markdown', () => {
  const peer = run('streaming-markdown', 'mixed-20', 100);

  test('1.15 times the peer on mixed documents, 1.5 on one block', () => {
    assert.deepEqual(broken(peer, run('ours', 'mixed-20', 114)), []);
    assert.match(broken(peer, run('ours', 'mixed-20', 116)).join(), /mixed-20, frame: 1\.16 × streaming-markdown/);
    const one = run('streaming-markdown', 'list-50', 100);
    assert.deepEqual(broken(one, run('ours', 'list-50', 149)), []);
    assert.match(broken(one, run('ours', 'list-50', 151)).join(), /at most 1\.5 ×/);
    assert.match(broken(run('ours', 'mixed-20', 1)).join(), /nothing to compare with/);
  });

  test('ratios are taken within a repetition: a busy minute for both says nothing', () => {
    const runs = [1, 5, 9].flatMap((load, repetition) => [
      run('streaming-markdown', 'mixed-20', 100 * load, { repetition }),
      run('ours', 'mixed-20', 110 * load, { repetition }),
    ]);
    const ours = summarise(runs).find(({ contestant }) => contestant === 'ours');
    assert.equal(ours?.timesPeer?.toFixed(6), '1.100000');
    assert.equal(ours?.taskDuration.median, 550);
  });

  test('text that was not there, a time-out, a long task at 60 frames a second', () => {
    assert.match(broken(peer, run('ours', 'mixed-20', 1, { heldBack: 2 })).join(), /not on the page in 2 frames/);
    assert.match(broken(peer, run('ours', 'mixed-20', 1, { missing: 'q7x' })).join(), /at the end: q7x/);
    const cut = run('ours', 'mixed-20', 1, { timedOutAt: 9000 });
    assert.match(broken(peer, cut).join(), /timed out at 9 KB; streaming-markdown came to the end/);
    const both = run('streaming-markdown', 'mixed-20', 1, { timedOutAt: 10_000 });
    assert.deepEqual(broken(both, cut), [], 'as far as the peer, but for the limit');
    const paced = { mode: 'paced', longestTask: 61 } as const;
    assert.match(broken(run('ours', 'mixed-200', 1, paced)).join(), /a task of 61 ms/);
    assert.deepEqual(broken(run('ours', 'mixed-200', 1, { ...paced, longestTask: 0 })), []);
  });

  test('growth beside the floor', () => {
    const documents = [50, 500].map((kilobytes) => writeDocument({ shape: 'list', kilobytes }, 1));
    const of = (contestant: string, exponent: number): readonly Run[] => [
      run(contestant, 'list-50', 10),
      run(contestant, 'list-500', 10 * 10 ** exponent),
    ];
    const say = (exponent: number): readonly string[] => {
      const lines = summarise([...of('text', 1), ...of('streaming-markdown', 2), ...of('ours', exponent)]);
      return violations(lines, growth(lines, documents));
    };
    assert.deepEqual(say(1.14), []);
    assert.match(say(1.16).join(), /list-50 to list-500, frame: grows with the power of 1\.16/);
  });

  test('medians', () => {
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(median([4, 1, 2, 3]), 2.5);
  });
});

describe('the documents of bench:markdown', () => {
  test('the same seed gives the same; another another; every marker once and in order; cut to the end', () => {
    for (const shape of ['mixed', 'fence', 'list', 'table', 'paragraph', 'quote'] as const) {
      const document = writeDocument({ shape, kilobytes: 5 }, 42);
      assert.deepEqual(writeDocument({ shape, kilobytes: 5 }, 42), document);
      assert.notEqual(writeDocument({ shape, kilobytes: 5 }, 43).text, document.text);
      assert.ok(document.text.length >= 5000 && document.text.length < 8000, `${shape}: ${document.text.length}`);
      const markers = markersOf(document.text);
      assert.deepEqual(
        markers,
        markers.map((_, index) => `q${index}x`),
      );
      assert.ok(markers.length > 100, `${shape}: ${markers.length} markers`);
      assert.equal(document.cuts.at(-1), document.text.length);
    }
  });
});
