import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decodeBroadcast } from '../../../../templates/node/src/http/publications.js';

const published = (...publications: unknown[]) => ({ kind: 'publish', publications });

describe('a publisher’s request', () => {
  const good: [name: string, body: unknown, decoded: unknown][] = [
    ['one message', { stream: 's', data: '{"a":1}' }, published({ stream: 's', json: '{"a":1}', meta: {} })],
    [
      'several, in their order',
      [
        { stream: 's', data: '1' },
        { stream: 't', data: '[2]' },
        { stream: 's', data: '"3"' },
      ],
      published(
        { stream: 's', json: '1', meta: {} },
        { stream: 't', json: '[2]', meta: {} },
        { stream: 's', json: '"3"', meta: {} },
      ),
    ],
    ['none at all', [], published()],
    ['data that is no JSON', { stream: 's', data: 'a "b"' }, published({ stream: 's', json: '"a \\"b\\""', meta: {} })],
    ['empty data', { stream: 's', data: '' }, published({ stream: 's', json: '""', meta: {} })],
    ['nothing for data', { stream: 's', data: 'null' }, published({ stream: 's', json: '"null"', meta: {} })],
    [
      'all that can be said about a message',
      {
        stream: 's',
        data: '{}',
        meta: { exclude_socket: 'sid', broadcast_type: 'presence', transient: true, other: 1 },
        other: 1,
      },
      published({ stream: 's', json: '{}', meta: { excludeSid: 'sid', type: 'presence', isTransient: true } }),
    ],
    [
      'nothing said about it',
      { stream: 's', data: '{}', meta: { exclude_socket: '', broadcast_type: null, transient: false } },
      published({ stream: 's', json: '{}', meta: {} }),
    ],
    ['meta that is null', { stream: 's', data: '{}', meta: null }, published({ stream: 's', json: '{}', meta: {} })],
    [
      'a disconnect',
      { command: 'disconnect', payload: { identifier: '{"user":"ada"}', reconnect: true } },
      { kind: 'disconnect', identifier: '{"user":"ada"}', reconnect: true },
    ],
    [
      'a disconnect for good',
      { command: 'disconnect', payload: { identifier: 'ada' } },
      { kind: 'disconnect', identifier: 'ada', reconnect: false },
    ],
    [
      'a stream and a command: the stream, as AnyCable',
      { stream: 's', data: '1', command: 'disconnect' },
      published({ stream: 's', json: '1', meta: {} }),
    ],
  ];
  for (const [name, body, decoded] of good) {
    test(name, () => assert.deepEqual(decodeBroadcast(JSON.stringify(body)), decoded));
  }
});

describe('what cannot be carried out says where it is wrong', () => {
  const malformed: [body: string, problem: RegExp][] = [
    ['', /^The body is not JSON\.$/],
    ['{"stream":', /^The body is not JSON\.$/],
    ['null', /^The body must be an object\.$/],
    ['"stream"', /^The body must be an object\.$/],
    ['{}', /^stream must be/],
    ['{"stream":"","data":"1"}', /^stream must be/],
    ['{"stream":7,"data":"1"}', /^stream must be/],
    ['{"stream":"s"}', /^data must be a string/],
    ['{"stream":"s","data":{"a":1}}', /^data must be a string: the message's JSON/],
    ['{"stream":"s","data":"1","meta":7}', /^meta must be an object/],
    ['{"stream":"s","data":"1","meta":{"transient":"yes"}}', /^meta\.transient must be/],
    ['{"stream":"s","data":"1","meta":{"exclude_socket":7}}', /^meta\.exclude_socket must be/],
    ['[{"stream":"s","data":"1"},{"stream":"s"}]', /^\[1\]\.data must be/],
    ['[{"stream":"s","data":"1"},null]', /^\[1\] must be an object/],
    ['[{"stream":"s","data":"1"},{"command":"disconnect"}]', /^\[1\]\.stream must be/],
    ['{"command":"reboot","payload":{}}', /^command must be "disconnect"/],
    ['{"command":"disconnect"}', /^payload must be an object/],
    ['{"command":"disconnect","payload":{"reconnect":true}}', /^payload\.identifier must be/],
    ['{"command":"disconnect","payload":{"identifier":"a","reconnect":"yes"}}', /^payload\.reconnect must be/],
  ];
  for (const [body, problem] of malformed) {
    test(body === '' ? 'nothing' : body, () => {
      const decoded = decodeBroadcast(body);
      assert.equal(decoded.kind, 'malformed');
      assert.match(decoded.kind === 'malformed' ? decoded.problem : '', problem);
    });
  }
});
