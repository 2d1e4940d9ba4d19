/** Clients that send more than the server can do at once: who is next, and what else gets its time meanwhile. */
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { afterEach, describe, test } from 'node:test';
import type { WebSocket } from 'ws';
import { Connection } from '../../../../templates/node/src/cable/connection.js';
import { DEFAULT_CABLE_OPTIONS } from '../../../../templates/node/src/cable/options.js';
import { TurnQueue } from '../../../../templates/node/src/cable/turns.js';
import { silentLogger } from '../../../../templates/node/src/logger.js';
import { startCableHost } from '../../../support/cable-host.js';
import type { CableHost } from '../../../support/cable-host.js';

const nextRound = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('TurnQueue', () => {
  test('one turn in a round of the event loop, however many wait', async () => {
    const turns = new TurnQueue();
    let given = 0;
    for (let n = 0; n < 5; n++) void turns.next('ada').then(() => given++);
    assert.equal(given, 0);
    // This callback stands behind the queue's own of the same round.
    const seen: number[] = [];
    for (let n = 0; n < 6; n++) {
      await nextRound();
      seen.push(given);
    }
    assert.deepEqual(seen, [1, 2, 3, 4, 5, 5]);
  });

  test('goes around by user, and within a user by who asked first', async () => {
    const turns = new TurnQueue();
    const order: string[] = [];
    const ask = (user: string, name: string) => turns.next(user).then(() => void order.push(name));
    await Promise.all([
      ask('ada', 'a1'),
      ask('ada', 'a2'),
      ask('ada', 'a3'),
      ask('bob', 'b1'),
      ask('bob', 'b2'),
      ask('eve', 'e1'),
    ]);
    assert.deepEqual(order, ['a1', 'b1', 'e1', 'a2', 'b2', 'a3']);
  });

  test('begins again after it has run empty', async () => {
    const turns = new TurnQueue();
    await turns.next('ada');
    await nextRound();
    await turns.next('ada');
  });
});

/** What a Connection uses of a `ws` socket; it delivers what it is told to, also while it is paused, as `ws` does. */
class FakeSocket extends EventEmitter {
  isPaused = false;
  readonly bufferedAmount = 0;
  pause(): void {
    this.isPaused = true;
  }
  resume(): void {
    this.isPaused = false;
  }
  close(): void {
    queueMicrotask(() => this.emit('close'));
  }
}

describe('Connection', () => {
  const open: Connection[] = [];
  afterEach(async () => {
    for (const connection of open.splice(0)) {
      connection.close(1000, '');
      await connection.ended;
    }
  });

  const connect = (user: string, turns: TurnQueue, handled: string[]) => {
    const socket = new FakeSocket();
    const connection = new Connection(
      socket as unknown as WebSocket,
      user,
      false,
      { ...DEFAULT_CABLE_OPTIONS, pingInterval: 0, deadPeerTimeout: 0, pingPrecision: 's' },
      silentLogger,
      () => ({
        turn: () => turns.next(user),
        received: async (text) => void handled.push(text),
        detached: () => {},
        ended: async () => {},
      }),
    );
    open.push(connection);
    return { socket, connection, receive: (text: string) => void socket.emit('message', Buffer.from(text)) };
  };

  test('stops reading at 32 texts, and goes on at half of them', async () => {
    const handled: string[] = [];
    const { socket, connection, receive } = connect('ada', new TurnQueue(), handled);
    for (let n = 0; n < 31; n++) receive('{}');
    assert.equal(socket.isPaused, false);
    receive('{}');
    assert.equal(socket.isPaused, true);
    connection.start();
    while (socket.isPaused) await nextRound();
    assert.equal(handled.length, 17, 'the first that leaves fewer than 16');
    while (handled.length < 32) await nextRound();
  });

  test('stops reading at 128 KiB, in however few texts', async () => {
    const handled: string[] = [];
    const { socket, connection, receive } = connect('ada', new TurnQueue(), handled);
    const large = 'x'.repeat(64 * 1024);
    receive(large);
    assert.equal(socket.isPaused, false);
    receive(large);
    assert.equal(socket.isPaused, true);
    connection.start();
    while (handled.length < 2) await nextRound();
    assert.equal(socket.isPaused, false);
  });

  test('takes turns with others, text by text, in the order of each', async () => {
    const handled: string[] = [];
    const turns = new TurnQueue();
    const ada = connect('ada', turns, handled);
    const bob = connect('bob', turns, handled);
    for (let n = 0; n < 1_000; n++) ada.receive(`a${n}`);
    ada.connection.start();
    bob.connection.start();
    for (let n = 0; n < 3; n++) bob.receive(`b${n}`);
    while (handled.length < 8) await nextRound();
    assert.deepEqual(handled, ['a0', 'b0', 'a1', 'b1', 'a2', 'b2', 'a3', 'a4']);
    while (handled.length < 1_003) await nextRound();
    assert.deepEqual(
      handled.filter((text) => text.startsWith('a')),
      Array.from({ length: 1_000 }, (_, n) => `a${n}`),
    );
  });

  test('handles nothing more once it has ended, and does not wait for what it had', async () => {
    const handled: string[] = [];
    const { connection, receive } = connect('ada', new TurnQueue(), handled);
    for (let n = 0; n < 1_000; n++) receive(`a${n}`);
    connection.start();
    while (handled.length < 3) await nextRound();
    connection.close(1000, '');
    await connection.ended;
    const after = handled.length;
    await nextRound();
    assert.equal(handled.length, after);
    assert.ok(after < 10);
  });
});

describe('a client that does not wait for its answers', () => {
  let host: CableHost;
  afterEach(() => host.stop());

  test('leaves the event loop its rounds, and other clients their turns', async () => {
    const ROOM = '{"channel":"Room"}';
    let performed = 0;
    let meanwhile: number | undefined;
    host = await startCableHost({
      channels: {
        Room: {
          subscribed: () => {},
          perform: ({ identity }) => {
            if (identity.user !== 'ada') return;
            if (performed++ === 0) setImmediate(() => (meanwhile = performed));
          },
        },
      },
    });
    const ada = await host.connect({ user: 'ada' });
    await ada.subscribe(ROOM);
    for (let n = 0; n < 1_000; n++) ada.perform(ROOM, 'work');
    await ada.settled();
    assert.equal(performed, 1_000, 'all are handled all the same');
    assert.ok(meanwhile !== undefined && meanwhile <= 2, `${meanwhile} commands in one round`);
  });
});
