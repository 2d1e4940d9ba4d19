import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decodeAction, decodeCommand, decodeIdentifier } from '../../../../templates/node/src/cable/commands.js';

const decode = (value: unknown) => decodeCommand(JSON.stringify(value));

describe('decodeCommand', () => {
  const accepted: [string, unknown, unknown][] = [
    ['pong', { command: 'pong' }, { command: 'pong' }],
    ['ping, as AnyCable answers it', { command: 'ping' }, { command: 'ping' }],
    ['unsubscribe', { command: 'unsubscribe', identifier: 'a' }, { command: 'unsubscribe', identifier: 'a' }],
    [
      'message',
      { command: 'message', identifier: 'a', data: '{}' },
      { command: 'message', identifier: 'a', data: '{}' },
    ],
    [
      'subscribe',
      { command: 'subscribe', identifier: 'a' },
      { command: 'subscribe', identifier: 'a', history: { since: 0, streams: undefined }, presence: undefined },
    ],
    [
      'subscribe with null where something is optional',
      { command: 'subscribe', identifier: 'a', history: { since: null, streams: null }, presence: null },
      { command: 'subscribe', identifier: 'a', history: { since: 0, streams: undefined }, presence: undefined },
    ],
    [
      'subscribe with presence',
      { command: 'subscribe', identifier: 'a', presence: { id: '7', info: { name: 'ü' } } },
      {
        command: 'subscribe',
        identifier: 'a',
        history: { since: 0, streams: undefined },
        presence: { id: '7', info: '{"name":"ü"}' },
      },
    ],
    [
      'join, with any info',
      { command: 'join', identifier: 'a', presence: { id: '7', info: 0, type: 'x' } },
      { command: 'join', identifier: 'a', presence: { id: '7', info: '0' } },
    ],
    [
      'join without info',
      { command: 'join', identifier: 'a', presence: { id: '7', info: null } },
      { command: 'join', identifier: 'a', presence: { id: '7', info: undefined } },
    ],
    [
      'leave, whatever it carries',
      { command: 'leave', identifier: 'a', presence: 7 },
      { command: 'leave', identifier: 'a' },
    ],
    [
      'presence, whatever it carries',
      { command: 'presence', identifier: 'a', data: [] },
      { command: 'presence', identifier: 'a' },
    ],
    ...[{ a: ['ü'] }, '{"a":1}', '', 0, false, []].map((data): [string, unknown, unknown] => [
      `a whisper of ${JSON.stringify(data)}`,
      { command: 'whisper', identifier: 'a', data },
      { command: 'whisper', identifier: 'a', json: JSON.stringify(data) },
    ]),
    ...[{}, { data: null }].map((fields): [string, unknown, unknown] => [
      `a whisper of nothing, which AnyCable turns into a word: ${JSON.stringify(fields)}`,
      { command: 'whisper', identifier: 'a', ...fields },
      { command: 'whisper', identifier: 'a', json: '"null"' },
    ]),
    [
      'history',
      {
        command: 'history',
        identifier: 'a',
        history: { since: 7, streams: { s: { epoch: 'e', offset: 3 }, t: {}, u: null } },
      },
      {
        command: 'history',
        identifier: 'a',
        history: {
          since: 7,
          streams: new Map([
            ['s', { epoch: 'e', offset: 3 }],
            ['t', { epoch: '', offset: 0 }],
            ['u', { epoch: '', offset: 0 }],
          ]),
        },
      },
    ],
  ];
  for (const [name, frame, command] of accepted) {
    test(`accepts ${name}`, () => assert.deepEqual(decode(frame), { ok: true, command }));
  }

  const refused: [string, string, string][] = [
    ['no JSON', 'hello', 'not_json'],
    ['nothing', '', 'not_json'],
    ['a cut frame', '{"command":"subscr', 'not_json'],
    ['null', 'null', 'not_an_object'],
    ['an array', '[]', 'not_an_object'],
    ['a string', '"subscribe"', 'not_an_object'],
    ['no command', '{}', 'unknown_command'],
    ['an unknown command', '{"command":"fly"}', 'unknown_command'],
    ['a command that is no string', '{"command":1}', 'invalid_field'],
    ['a prototype’s name as command', '{"command":"constructor"}', 'unknown_command'],
    ['an identifier that is no string', '{"command":"subscribe","identifier":{}}', 'invalid_field'],
    ['data that is no string', '{"command":"message","identifier":"a","data":{"action":"x"}}', 'invalid_data'],
    ['no data', '{"command":"message","identifier":"a"}', 'invalid_data'],
    ['a history that is no object', '{"command":"history","identifier":"a","history":[]}', 'invalid_field'],
    [
      'a moment that is no whole number',
      '{"command":"history","identifier":"a","history":{"since":1.5}}',
      'invalid_field',
    ],
    ['streams that are no object', '{"command":"history","identifier":"a","history":{"streams":[]}}', 'invalid_field'],
    [
      'a negative offset',
      '{"command":"history","identifier":"a","history":{"streams":{"s":{"offset":-1}}}}',
      'invalid_field',
    ],
    [
      'an offset beyond 2^53',
      '{"command":"history","identifier":"a","history":{"streams":{"s":{"offset":1e300}}}}',
      'invalid_field',
    ],
    [
      'an epoch that is no string',
      '{"command":"history","identifier":"a","history":{"streams":{"s":{"epoch":1}}}}',
      'invalid_field',
    ],
    ['join as nobody', '{"command":"join","identifier":"a"}', 'invalid_field'],
    ['join without an id', '{"command":"join","identifier":"a","presence":{"info":1}}', 'invalid_field'],
    ['join with an id that is no string', '{"command":"join","identifier":"a","presence":{"id":7}}', 'invalid_field'],
    ['join with an empty id', '{"command":"join","identifier":"a","presence":{"id":""}}', 'invalid_field'],
    ['presence that is no object', '{"command":"subscribe","identifier":"a","presence":"7"}', 'invalid_field'],
    [
      'a whisper that cannot be said again',
      `{"command":"whisper","data":${'['.repeat(30_000)}${']'.repeat(30_000)}}`,
      'invalid_field',
    ],
  ];
  for (const [name, text, reason] of refused) {
    test(`refuses ${name}`, () => {
      const decoded = decodeCommand(text);
      assert.equal(decoded.ok, false);
      assert.equal(decoded.reason, reason);
      assert.notEqual(decoded.detail, '');
    });
  }

  test('does not repeat what a visitor wrote', () => {
    const decoded = decodeCommand('my secret words');
    assert.ok(!decoded.ok && !decoded.detail.includes('secret'));
  });

  test('a stream may be named like a property of every object', () => {
    const decoded = decodeCommand(
      '{"command":"history","identifier":"a","history":{"streams":{"__proto__":{"epoch":"e","offset":1}}}}',
    );
    assert.ok(decoded.ok && decoded.command.command === 'history');
    assert.deepEqual(decoded.command.history.streams?.get('__proto__'), { epoch: 'e', offset: 1 });
  });
});

test('decodeIdentifier splits the channel from its parameters', () => {
  assert.deepEqual(decodeIdentifier('{"channel":"Chat","id":1}'), { channel: 'Chat', params: { id: 1 } });
  for (const bad of ['', 'Chat', '[]', 'null', '{}', '{"channel":1}'])
    assert.equal(decodeIdentifier(bad), undefined, bad);
});

test('decodeAction takes `receive` where there is no action, as Action Cable does', () => {
  assert.deepEqual(decodeAction('{"action":"ask","text":"?"}'), { action: 'ask', data: { text: '?' } });
  assert.deepEqual(decodeAction('{"text":"?"}'), { action: 'receive', data: { text: '?' } });
  for (const bad of ['', '[]', 'null', '1', '{"action":1}']) assert.equal(decodeAction(bad), undefined, bad);
});
