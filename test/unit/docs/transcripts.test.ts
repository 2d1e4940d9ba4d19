/** The transcripts of docs/protocol.md, played by the real server core and the real client core. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPage } from './support/markdown.js';
import { Stage } from './support/stage.js';
import { parseTranscript } from './support/transcript.js';

const transcripts = readPage('protocol.md').fences.filter((fence) => fence.info === 'transcript');

test('there are transcripts, and one below each heading', () => {
  assert.ok(transcripts.length >= 9);
  assert.equal(new Set(transcripts.map((fence) => fence.heading)).size, transcripts.length);
});

for (const { heading, text, line } of transcripts) {
  test(`docs/protocol.md: ${heading}`, async (t) => {
    const steps = parseTranscript(text, line);
    assert.ok(
      steps.some(({ kind }) => kind === 'shown') || steps.some(({ kind }) => kind === 'outbox'),
      'it says what is shown',
    );
    await new Stage(t).play(steps);
  });
}

test('a line that is none is named', () => {
  assert.throws(() => parseTranscript('< hello\n? what', 10), /line 11 is no line of a transcript: \? what/);
  assert.throws(() => parseTranscript('! the moon falls', 1), /line 1/);
});
