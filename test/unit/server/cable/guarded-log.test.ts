/** What clients say stays out of the log: in parts, and through a real CableServer. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { guardLog, loggedIdentifier } from '../../../../templates/node/src/cable/guarded-log.js';
import { signStreamName } from '../../../../templates/node/src/cable/index.js';
import { createLogger } from '../../../../templates/node/src/logger.js';
import { startCableHost } from '../../../support/cable-host.js';

describe('an identifier', () => {
  test('is the name of its channel, and a hash that tells it from others', () => {
    const [one, two] = [{ n: 1 }, { n: 2 }].map((params) => JSON.stringify({ channel: 'Room', ...params }));
    assert.match(loggedIdentifier(one ?? ''), /^Room#[0-9a-f]{12}$/);
    assert.equal(loggedIdentifier(one ?? ''), loggedIdentifier(one ?? ''));
    assert.notEqual(loggedIdentifier(one ?? ''), loggedIdentifier(two ?? ''));
  });

  test('may be nonsense, or long', () => {
    for (const nonsense of ['', 'no json', '7', '{"channel":7}']) {
      assert.match(loggedIdentifier(nonsense), /^#[0-9a-f]{12}$/);
    }
    assert.equal(loggedIdentifier(JSON.stringify({ channel: 'x'.repeat(1_000) })).length, 80 + 1 + 12);
  });
});

test('texts are cut, all else stays as it is, at every level', () => {
  const lines: string[] = [];
  const log = guardLog(createLogger('debug', (line) => lines.push(line)));
  const error = new Error('x'.repeat(300));
  for (const level of ['debug', 'info', 'warn', 'error'] as const) {
    log[level]('y'.repeat(300), { text: 'z'.repeat(300), n: 1, error });
    log[level]('short');
  }
  assert.equal(lines.length, 8);
  for (const line of lines.filter((_, index) => index % 2 === 0)) {
    assert.match(line, / y{200}… text="z{200}…" n=1 error="Error: x{300}"/);
  }
});

test('a signed name, which opens its stream to whoever has it, is in no line, whatever is done with it', async () => {
  const signed = signStreamName('room', 'key');
  const identifier = JSON.stringify({ channel: '$pubsub', signed_stream_name: signed });
  const host = await startCableHost({ options: { streams: { key: 'key', presence: false } } });
  try {
    const client = await host.connect();
    const commands = ['leave', 'whisper', 'presence', 'history', 'message', 'subscribe', 'unsubscribe', 'join'];
    for (const of of [identifier, `${identifier} `, identifier.replace('$pubsub', 'Turbo::StreamsChannel')]) {
      await client.subscribe(of);
      const history = { streams: { [signed]: { epoch: 'x', offset: 'y' } } };
      for (const command of commands) {
        client.command(command, of, { data: '{}', presence: { id: 'ada' } });
        client.command(command, of, { data: 'nonsense', presence: { id: 'ada' }, history });
        client.command(command, of, {
          data: 'nonsense',
          history: { streams: { [signed]: { epoch: 'x', offset: 1 } } },
        });
      }
    }
    await client.settled();
    const log = host.log.join('\n');
    for (const reason of ['whisper_not_allowed', 'presence_not_enabled', 'unknown_channel', 'unknown_subscription']) {
      assert.ok(log.includes(`reason=${reason}`), reason);
    }
    assert.ok(log.includes('$pubsub#'), log);
    const secret = signed.split('--')[1] ?? '';
    assert.ok(!log.includes(secret.slice(0, 20)), log);
  } finally {
    await host.stop();
  }
});

test('names as long as a frame are no line as long', async () => {
  const host = await startCableHost();
  try {
    const client = await host.connect();
    const name = 'x'.repeat(60_000);
    client.command('subscribe', 'i', { history: { streams: { [name]: 7 } } });
    client.command('subscribe', name);
    client.command(name, 'i');
    client.command('unsubscribe', name);
    await client.settled();
    assert.ok(host.log.length >= 4);
    assert.ok(Math.max(...host.log.map((line) => line.length)) < 500);
  } finally {
    await host.stop();
  }
});
