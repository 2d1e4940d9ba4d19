import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodePresence } from '../../../widget/src/protocol/presence.js';

const cases: readonly (readonly [message: unknown, event: unknown])[] = [
  [
    { type: 'join', id: 'a', info: { name: 'Ada' } },
    { type: 'join', id: 'a', info: { name: 'Ada' } },
  ],
  [
    { type: 'join', id: 'a' },
    { type: 'join', id: 'a', info: undefined },
  ],
  [
    { type: 'join', id: '' },
    { type: 'join', id: '', info: undefined },
  ],
  [
    { type: 'join', id: 7 },
    { type: 'join', id: '7', info: undefined },
  ],
  [{ type: 'join' }, undefined],
  [{ type: 'join', id: {} }, undefined],
  [
    { type: 'leave', id: 'a' },
    { type: 'leave', id: 'a' },
  ],
  [{ type: 'leave', id: null }, undefined],
  // AnyCable leaves an empty list out.
  [
    { type: 'info', total: 0 },
    { type: 'info', members: new Map() },
  ],
  [
    { type: 'info', total: 0, records: null },
    { type: 'info', members: new Map() },
  ],
  [
    { type: 'info', total: 4, records: [{ id: 'a', info: 1 }, { id: 'b' }, null, 'x', { info: 2 }] },
    {
      type: 'info',
      members: new Map<string, unknown>([
        ['a', 1],
        ['b', undefined],
      ]),
    },
  ],
  [{ type: 'info', records: 'all' }, { type: 'error' }],
  [{ type: 'error' }, { type: 'error' }],
  [{ type: 'whatever' }, undefined],
  ['join', undefined],
  [null, undefined],
];

for (const [message, event] of cases) {
  test(`${JSON.stringify(message)}`, () => assert.deepEqual(decodePresence(message), event));
}
