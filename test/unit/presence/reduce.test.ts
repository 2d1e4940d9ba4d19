import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  listAsked,
  NOBODY,
  type PresenceChange,
  type PresenceState,
  reducePresence,
} from '../../../widget/src/presence/reduce.js';
import type { PresenceEvent } from '../../../widget/src/protocol/presence.js';
import { randomly } from '../../support/seed.js';

function run(events: readonly PresenceEvent[], from: PresenceState = NOBODY) {
  const changes: PresenceChange[] = [];
  let state = from;
  for (const event of events) {
    const reduced = reducePresence(state, event);
    state = reduced.state;
    changes.push(...reduced.changes);
  }
  return { state, changes };
}

const list = (...ids: string[]): PresenceEvent => ({
  type: 'info',
  members: new Map(ids.map((id) => [id, { name: id }])),
});
const join = (id: string, info: unknown = { name: id }): PresenceEvent => ({ type: 'join', id, info });
const leave = (id: string): PresenceEvent => ({ type: 'leave', id });
const told = (changes: readonly PresenceChange[]) => changes.map(({ type, id }) => `${type} ${id}`);

test('the first list is no news; what comes and goes after it is, once', () => {
  const { state, changes } = run([join('early'), list('a', 'b'), join('c'), join('c'), leave('a'), leave('a')]);
  assert.deepEqual([...state.members.keys()], ['b', 'c']);
  assert.deepEqual(told(changes), ['join c', 'leave a']);
});

test('a leave tells what was known last', () => {
  const { changes } = run([list('a'), join('a', { name: 'Ada' }), leave('a')]);
  assert.deepEqual(changes, [{ type: 'leave', id: 'a', info: { name: 'Ada' } }]);
});

test('a later list tells who was missed, and nothing where nobody was', () => {
  const first = run([list('a', 'b', 'c')]);
  const same = run([list('c', 'b', 'a')], first.state);
  assert.deepEqual(same.changes, []);
  assert.equal(same.state.members, first.state.members);
  const later = run([list('d', 'b')], first.state);
  assert.deepEqual(told(later.changes), ['leave a', 'leave c', 'join d']);
});

test('who is here keeps their place, whatever order a list comes in; strangers come in one order', () => {
  const { state } = run([list('m', 'a'), join('b'), list('z', 'b', 'm', 'c', 'a')]);
  assert.deepEqual([...state.members.keys()], ['a', 'm', 'b', 'c', 'z']);
});

test('a list that is older than what was heard since it was asked for does not undo it', () => {
  const before = run([list('a', 'b')]).state;
  const { state, changes } = run([join('c'), leave('a'), list('a', 'b')], listAsked(before));
  assert.deepEqual([...state.members.keys()], ['b', 'c']);
  assert.deepEqual(told(changes), ['join c', 'leave a']);
  // The next list is right again, whichever of the two was.
  assert.deepEqual([...run([list('a', 'b')], listAsked(state)).state.members.keys()], ['b', 'a']);
});

test('a new info is in the list, and no event', () => {
  const { state, changes } = run([list('a'), { type: 'info', members: new Map([['a', { name: 'Ada', mood: [1] }]]) }]);
  assert.deepEqual(state.members.get('a'), { name: 'Ada', mood: [1] });
  assert.deepEqual(changes, []);
});

test('an error changes nothing', () => {
  const { state } = run([list('a')]);
  assert.equal(reducePresence(state, { type: 'error' }).state, state);
});

test('ids that are names of properties, and infos that are nested beyond the stack, are as any other', () => {
  const deep = () => JSON.parse('['.repeat(50_000) + ']'.repeat(50_000)) as unknown;
  const { state, changes } = run([
    list(),
    join('__proto__', deep()),
    join('constructor', null),
    join('__proto__', deep()),
  ]);
  assert.deepEqual([...state.members.keys()], ['__proto__', 'constructor']);
  assert.deepEqual(told(changes), ['join __proto__', 'join constructor']);
});

/** A server's history: who came and left, and the events that it sent. */
const ids = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const history = fc.array(fc.record({ id: ids, type: fc.constantFrom('join' as const, 'leave' as const) }), {
  maxLength: 30,
});

test('whatever is lost, doubled and out of order: after one answered request the list is the server’s', () => {
  fc.assert(
    fc.property(history, history, (sent, heard) => {
      const members = new Map<string, unknown>();
      for (const { id, type } of sent) {
        if (type === 'join') members.set(id, { name: id });
        else members.delete(id);
      }
      const noise = heard.map(({ id, type }) => (type === 'join' ? join(id, { name: 'stale' }) : leave(id)));
      const before = run([list('a', 'b'), ...noise]).state;
      const { state } = run([{ type: 'info', members }], listAsked(before));
      assert.deepEqual(new Map([...state.members].sort()), new Map([...members].sort()));
    }),
    randomly(500),
  );
});

test('what is told adds up to what is shown: no join of one who is here, no leave of one who is not', () => {
  const event = fc.oneof(
    ids.map((id) => join(id)),
    ids.map(leave),
    fc.uniqueArray(ids).map((present) => list(...present)),
    fc.constant('ask' as const),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), (events) => {
      let state = run([list('a', 'c')]).state;
      const account = new Set(['a', 'c']);
      for (const one of events) {
        if (one === 'ask') {
          state = listAsked(state);
          continue;
        }
        const reduced = reducePresence(state, one);
        state = reduced.state;
        for (const { type, id } of reduced.changes) {
          assert.equal(account.has(id), type === 'leave');
          if (type === 'join') account.add(id);
          else account.delete(id);
        }
        assert.deepEqual([...account].sort(), [...state.members.keys()].sort());
      }
    }),
    randomly(500),
  );
});
