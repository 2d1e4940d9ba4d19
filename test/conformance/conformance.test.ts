/** The embedded server beside the real AnyCable: all transcripts on both, frame by frame. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { compare } from './compare.js';
import { differences } from './differences.js';
import { judge } from './judge.js';
import { playAll } from './play.js';
import type { Played } from './play.js';
import { headline, summarise } from './report.js';
import { tamperWith } from './tamper.js';
import { topics } from './transcripts/index.js';

const skip = process.platform === 'win32' && 'the AnyCable server is not built for Windows';
const sightings = differences.flatMap(({ seen }) => seen);

describe('both servers do the same', { skip }, () => {
  let all: readonly Played[] = [];
  before(async () => {
    all = await playAll(topics);
  });
  after(() => console.log(`  ${headline(summarise(all))}`));

  const played = (name: string): Played => {
    const found = all.find(({ transcript }) => transcript === name);
    assert.ok(found, `${name} was not played`);
    return found;
  };

  for (const { name } of topics.flatMap(({ transcripts }) => transcripts)) {
    test(name, () => {
      const problems = judge(played(name), sightings);
      assert.equal(problems.length, 0, problems.join('\n'));
    });
  }

  for (const { topic, transcripts } of topics) {
    test(`${topic}: any frame of the embedded server that changes is noticed`, () => {
      let changes = 0;
      for (const { name } of transcripts) {
        const original = played(name);
        for (const { what, recording } of tamperWith(original.embedded)) {
          const mismatches = compare(recording, original.anycable);
          const problems = judge({ ...original, embedded: recording, mismatches }, sightings);
          assert.notEqual(problems.length, 0, `nobody noticed: ${name}, ${what}`);
          changes++;
        }
      }
      assert.ok(changes > 0, 'there was no frame to change');
    });
  }
});
