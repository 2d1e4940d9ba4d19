/** The guide that this project grew from, taken literally: every mistake of it by name, file and line. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { examine } from '../../../create-app/src/doctor/examine.js';
import { rules } from '../../../create-app/src/doctor/rules.js';

const seed = fileURLToPath(new URL('../../fixtures/seed-app', import.meta.url));

const mistakes = [
  'Procfile:3 broker-missing',
  'app/channels/assistant_channel.rb:16 model-call-in-action',
  'app/channels/assistant_channel.rb:18 chunk-without-position',
  'app/channels/assistant_channel.rb:22 missing-ownership-check',
  'app/channels/assistant_channel.rb:25 leaked-exception',
  'app/channels/assistant_channel.rb:35 channel-state',
  'app/channels/chat_channel.rb:5 missing-ownership-check',
  'app/channels/chat_channel.rb:7 presence-api',
  'app/channels/chat_channel.rb:11 presence-api',
  'app/channels/llm_stream_channel.rb:9 model-call-in-action',
  'app/channels/llm_stream_channel.rb:10 chunk-without-position',
  'app/javascript/channels/consumer.js:3 protocol-without-history',
  'app/javascript/channels/legacy_consumer.js:3 action-cable-client',
  'app/javascript/channels/llm_stream_channel.js:3 protocol-without-history',
  'app/javascript/direct_stream.js:4 protocol-without-history',
  'app/javascript/direct_stream.js:5 unsigned-stream',
  'app/javascript/presence.js:3 protocol-without-history',
  'app/javascript/presence.js:4 params-mismatch',
  'compose.yml:10 compose-host',
  'config/anycable.yml:3 broadcast-adapter',
  'config/anycable.yml:6 history-too-short',
  'config/anycable.yml:6 server-settings-in-rails',
  'config/anycable.yml:7 server-settings-in-rails',
];

test('every mistake of the guide is named, and nothing else', async () => {
  const { findings, unread } = await examine(seed, rules);
  assert.deepEqual(unread, []);
  assert.deepEqual(
    findings.map(({ file, line, rule }) => `${file}:${line} ${rule}`),
    mistakes,
  );
});
