import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Cable, DisconnectedError } from '@anycable/core';
import { ManualClock } from '../../../widget/src/testing/manual-clock.js';
import { ReconnectMonitor } from '../../../widget/src/transport/monitor.js';

/** As much of a cable as the monitor sees; what connects and breaks it is the test. */
class ScriptedCable {
  state = 'idle';
  connects = 0;
  readonly #listeners = new Map<string, ((detail?: unknown) => void)[]>();

  on(event: string, listener: (detail?: unknown) => void): () => void {
    const listeners = this.#listeners.get(event) ?? [];
    this.#listeners.set(event, [...listeners, listener]);
    return () =>
      this.#listeners.set(
        event,
        (this.#listeners.get(event) ?? []).filter((other) => other !== listener),
      );
  }
  connect(): Promise<void> {
    this.connects++;
    this.state = 'connecting';
    return Promise.resolve();
  }
  say(event: string, state: string, detail?: unknown): void {
    this.state = state;
    for (const listener of this.#listeners.get(event) ?? []) listener(detail);
  }
  connected(): void {
    this.say('connect', 'connected');
  }
  broken(reason = 'transport_closed'): void {
    this.say('disconnect', 'disconnected', new DisconnectedError(reason));
  }
}

function watch(random = () => 0.5) {
  const cable = new ScriptedCable();
  const clock = new ManualClock();
  const stale: number[] = [];
  const start = clock.now();
  const monitor = new ReconnectMonitor(cable as unknown as Cable, {
    clock,
    random,
    stale: () => stale.push(clock.now() - start),
  });
  return { cable, clock, monitor, stale };
}

test('a single reset is retried at a random moment within 400 ms', () => {
  const { cable, clock } = watch(() => 0.99);
  cable.connected();
  cable.broken();
  assert.equal(cable.connects, 0);
  clock.advance(400);
  assert.equal(cable.connects, 1);
});

test('a server’s restart is spread over seconds', () => {
  const early = watch(() => 0);
  early.cable.connected();
  early.cable.broken('server_restart');
  early.clock.advance(499);
  assert.equal(early.cable.connects, 0);
  early.clock.advance(1);
  assert.equal(early.cable.connects, 1);
  const late = watch(() => 0.999);
  late.cable.connected();
  late.cable.broken('server_restart');
  late.clock.advance(3_900);
  assert.equal(late.cable.connects, 0);
  late.clock.advance(100);
  assert.equal(late.cable.connects, 1);
});

test('attempts that fail back off up to 15 s, and a success begins anew', () => {
  const { cable, clock } = watch(() => 0.999);
  cable.connected();
  for (const most of [400, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000]) {
    const before = cable.connects;
    cable.broken();
    clock.advance(most / 2 - 1);
    if (most > 400) assert.equal(cable.connects, before, `not before ${most / 2} ms`);
    clock.advance(most);
    assert.equal(cable.connects, before + 1, `within ${most} ms`);
  }
  cable.connected();
  cable.broken();
  clock.advance(400);
  assert.equal(cable.connects, 8);
});

test('seven seconds without any frame: the connection is dead; a frame in time: it is not', () => {
  const { cable, clock, stale } = watch();
  cable.connected();
  for (let ping = 0; ping < 5; ping++) {
    clock.advance(3_000);
    cable.say('keepalive', 'connected');
  }
  clock.advance(6_999);
  assert.deepEqual(stale, []);
  clock.advance(1);
  assert.deepEqual(stale, [22_000]);
});

test('silence is noticed as soon after a reconnect as ever', () => {
  const { cable, clock, monitor, stale } = watch();
  cable.connect();
  monitor.connecting();
  clock.advance(500);
  cable.connected();
  clock.advance(7_000);
  assert.deepEqual(stale, [7_500]);
});

test('an attempt that hangs in its handshake is given up, and tried again', () => {
  const { cable, clock, monitor, stale } = watch();
  cable.connect();
  monitor.connecting();
  // The socket opened, and a ping came, but no welcome.
  cable.say('keepalive', 'connecting');
  clock.advance(10_000);
  assert.deepEqual(stale, [10_000]);
  cable.broken('stale_connection');
  clock.advance(400);
  assert.equal(cable.connects, 2);
  clock.advance(10_000);
  assert.equal(stale.length, 2);
  cable.connected();
  clock.advance(6_999);
  assert.equal(stale.length, 2);
});

test('after a wake a connection has half that time to prove itself', () => {
  const { cable, clock, monitor, stale } = watch();
  cable.connected();
  clock.advance(1_000);
  monitor.wake();
  clock.advance(3_500);
  assert.deepEqual(stale, [4_500]);
  const alive = watch();
  alive.cable.connected();
  alive.monitor.wake();
  alive.clock.advance(1_000);
  alive.cable.say('keepalive', 'connected');
  alive.clock.advance(3_000);
  assert.deepEqual(alive.stale, []);
});

test('a wake connects at once where a reconnect is planned, or where the connection breaks right after it', () => {
  const planned = watch(() => 0.999);
  planned.cable.connected();
  planned.cable.broken();
  planned.monitor.wake();
  assert.equal(planned.cable.connects, 1);
  const frozen = watch(() => 0.999);
  frozen.cable.connected();
  frozen.monitor.wake();
  frozen.clock.advance(14);
  frozen.cable.broken();
  frozen.clock.advance(0);
  assert.equal(frozen.cable.connects, 1);
});

test('a closed cable is left alone, and a disposed monitor leaves nothing behind', () => {
  const { cable, clock, monitor } = watch();
  cable.connected();
  cable.broken();
  cable.say('close', 'closed');
  clock.advance(60_000);
  assert.equal(cable.connects, 0);
  cable.connected();
  monitor.dispose();
  assert.equal(clock.pending, 0);
});
