/** The comparison by itself, and the list of differences with its page. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { compare } from './compare.js';
import { differences } from './differences.js';
import { DOCUMENT, renderDocument } from './document.js';
import { judge } from './judge.js';
import { topics } from './transcripts/index.js';
import type { Recording } from './recording.js';
import type { RawFrame } from '../support/cable-client.js';

const root = join(import.meta.dirname, '../..');
const recording = (...frames: readonly RawFrame[]): Recording => new Map([['ada', frames]]);

describe('comparing', () => {
  test('ids and epochs are equal as long as they are the same ones in the same places', () => {
    const frames = (sid: string, epochs: readonly string[]) =>
      recording({ type: 'welcome', sid }, ...epochs.map((epoch, n) => ({ message: n, epoch, offset: n })));
    assert.deepEqual(compare(frames('a', ['x', 'x']), frames('b', ['y', 'y'])), []);
    assert.equal(compare(frames('a', ['x', 'x']), frames('b', ['y', 'z'])).length, 1);
  });

  test('the order of a frame’s fields counts, that within its message does not', () => {
    const one = recording({ type: 'x', message: { a: 1, b: [{ c: 2, d: 3 }] } });
    assert.deepEqual(compare(one, recording({ type: 'x', message: { b: [{ d: 3, c: 2 }], a: 1 } })), []);
    assert.equal(compare(one, recording({ message: { a: 1, b: [{ c: 2, d: 3 }] }, type: 'x' })).length, 1);
  });

  test('lists of members and of restored subscriptions have no order, other lists have', () => {
    const list = (...ids: string[]) => recording({ type: 'presence', message: { records: ids.map((id) => ({ id })) } });
    assert.deepEqual(compare(list('a', 'b'), list('b', 'a')), []);
    assert.equal(compare(list('a', 'b'), list('b', 'b')).length, 1);
    const ids = (...restored_ids: string[]) => recording({ type: 'welcome', restored_ids });
    assert.deepEqual(compare(ids('a', 'b'), ids('b', 'a')), []);
    const others = (...items: string[]) => recording({ message: { items } });
    assert.equal(compare(others('a', 'b'), others('b', 'a')).length, 1);
  });

  test('what differs is cut out of what does not; a connection that one side lacks differs', () => {
    const frames = (...ns: number[]) => recording(...ns.map((n) => ({ n })));
    assert.deepEqual(compare(frames(1, 2, 3, 4), frames(1, 9, 4)), [
      { who: 'ada', embedded: [{ n: 2 }, { n: 3 }], anycable: [{ n: 9 }] },
    ]);
    assert.deepEqual(compare(frames(1, 1), frames(1)), [{ who: 'ada', embedded: [{ n: 1 }], anycable: [] }]);
    assert.deepEqual(compare(new Map(), frames(1)), [{ who: 'ada', embedded: [], anycable: [{ n: 1 }] }]);
  });
});

describe('judging', () => {
  const mismatch = { who: 'ada', embedded: [{ n: 1 }], anycable: [{ n: 2 }] };
  const played = { topic: 't', transcript: 't/x', embedded: new Map(), anycable: new Map(), failures: [] };
  const known = { transcript: 't/x', ...mismatch };

  test('only what is listed exactly so is expected', () => {
    assert.deepEqual(judge({ ...played, mismatches: [mismatch] }, [known]), []);
    assert.match(judge({ ...played, mismatches: [mismatch] }, []).join(), /ada: .*does not list/);
    const other = { ...known, embedded: [{ n: 1, more: true }] };
    assert.equal(judge({ ...played, mismatches: [mismatch] }, [other]).length, 2);
    const moved = { ...known, embedded: [{ n: 1, m: 2 }] };
    assert.equal(judge({ ...played, mismatches: [{ ...mismatch, embedded: [{ m: 2, n: 1 }] }] }, [moved]).length, 2);
    assert.equal(judge({ ...played, mismatches: [mismatch] }, [{ ...known, transcript: 't/y' }]).length, 1);
  });

  test('a listed difference that is gone is a problem, and so is a transcript that could not be played', () => {
    assert.match(judge({ ...played, mismatches: [] }, [known]).join(), /lists was not seen/);
    assert.deepEqual(judge({ ...played, mismatches: [], failures: ['embedded: no'] }, []), ['embedded: no']);
  });
});

describe('the list of differences', () => {
  const names = topics.flatMap(({ transcripts }) => transcripts.map(({ name }) => name));

  test('transcripts have names of their own, which begin with their topic', () => {
    assert.deepEqual([...new Set(names)], names);
    for (const { topic, transcripts } of topics) {
      for (const { name } of transcripts) assert.ok(name.startsWith(`${topic}/`), name);
    }
  });

  test('each has an id of its own and is shown by something that exists', () => {
    assert.equal(new Set(differences.map(({ id }) => id)).size, differences.length);
    for (const { id, seen, test: file } of differences) {
      assert.ok(seen.length > 0 || file !== undefined, `${id} is shown by nothing`);
      for (const { transcript } of seen) assert.ok(names.includes(transcript), `${id}: there is no ${transcript}`);
      if (file !== undefined) assert.ok(existsSync(join(root, file)), `${id}: there is no ${file}`);
    }
  });

  test('its page says the same', () => {
    const page = readFileSync(join(root, DOCUMENT), 'utf8');
    assert.equal(page, renderDocument(differences), `${DOCUMENT}: run  npm run test:conformance -- --write`);
  });
});
