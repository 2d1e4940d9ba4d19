import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Admission } from '../../../../templates/node/src/http/admission.js';

const code = (expected: string) => ({ name: 'HttpError', code: expected, headers: { 'Retry-After': '1' } });

describe('who may wait for a turn', () => {
  test('so many of one visitor, whoever else is there; and again when some had theirs', async () => {
    const admission = new Admission({ perUser: 2, total: 10 });
    const turns = [admission.turn('ada'), admission.turn('ada')];
    await assert.rejects(admission.turn('ada'), code('rate_limited'));
    turns.push(admission.turn('eve'));
    await Promise.all(turns);
    await Promise.all([admission.turn('ada'), admission.turn('ada')]);
  });

  test('so many in all', async () => {
    const admission = new Admission({ perUser: 2, total: 3 });
    const turns = ['a', 'b', 'c'].map((user) => admission.turn(user));
    await assert.rejects(admission.turn('d'), code('overloaded'));
    await Promise.all(turns);
    await admission.turn('d');
  });

  test('visitors take turns, however many requests one of them has', async () => {
    const admission = new Admission({ perUser: 10, total: 100 });
    const order: string[] = [];
    const ask = (user: string) => admission.turn(user).then(() => order.push(user));
    await Promise.all([ask('ada'), ask('ada'), ask('ada'), ask('eve')]);
    assert.deepEqual(order, ['ada', 'eve', 'ada', 'ada']);
  });

  test('timers and sockets come between two of them', async () => {
    const admission = new Admission({ perUser: 10, total: 100 });
    const order: string[] = [];
    const turns = [1, 2].map((number) => admission.turn('ada').then(() => order.push(`turn ${number}`)));
    setImmediate(() => order.push('something else'));
    await Promise.all(turns);
    assert.deepEqual(order, ['turn 1', 'something else', 'turn 2']);
  });
});
