import { answerBroadcasts } from '../answers.js';
import { channelsOf } from '../channels.js';
import { serverSettings } from '../facts.js';
import type { Rule } from '../rule.js';
import { callsIn, keywordsOf, literalOf } from '../sources/ruby-tree.js';

export const whisper: Rule = {
  name: 'whisper-on-content',
  why: 'A whisper arrives as an ordinary message that any subscriber has written: on a stream of answers, a visitor can forge words of the assistant.',
  mend: 'whisper only on streams of their own (typing, cursors), never on those that carry content',
  find(app) {
    const answers = answerBroadcasts(app);
    const inChannels = channelsOf(app).flatMap(({ file, name, body }) =>
      carriesContent(name, body, answers.map(({ className, call }) => [className, call.receiver?.name ?? '']).flat())
        ? callsIn(body, 'stream_from', 'stream_for')
            .filter((call) => literalOf(keywordsOf(call).get('whisper')) === 'true')
            .map(({ line }) => ({ file, line, what: 'Subscribers may whisper on a stream that carries content.' }))
        : [],
    );
    const onServer = serverSettings(app, 'streams_whisper')
      .filter(({ value }) => value === 'true' || value === '1')
      .map(({ file, line, written }) => ({
        file,
        line,
        what: `${written} lets subscribers whisper on every signed or public stream.`,
      }));
    return [...inChannels, ...onServer];
  },
};

/** It broadcasts by itself, or answers are broadcast through it. */
function carriesContent(name: string, body: Parameters<typeof callsIn>[0], through: readonly string[]): boolean {
  return through.includes(name) || callsIn(body, 'broadcast_to', 'broadcast').length > 0;
}
