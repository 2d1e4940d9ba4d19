import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { Watchdog } from '../../../../templates/node/src/providers/openai/watchdog.js';
import { ManualTimers } from './manual-timers.js';

describe('the watchdog', () => {
  let timers: ManualTimers;
  let watchdog: Watchdog;
  beforeEach(() => {
    timers = new ManualTimers();
    watchdog = new Watchdog({ firstByte: 1_000, idle: 100 }, timers);
  });

  it('waits for the first event as long as it was told, and no longer', () => {
    watchdog.wait();
    timers.advance(999);
    assert.equal(watchdog.signal.aborted, false);
    timers.advance(1);
    assert.equal(watchdog.signal.aborted, true);
    assert.deepEqual(watchdog.expired, { phase: 'first_byte', ms: 1_000 });
  });

  it('waits for the next ones as long as it was told', () => {
    watchdog.wait();
    watchdog.pause();
    watchdog.wait();
    timers.advance(99);
    assert.equal(watchdog.expired, undefined);
    timers.advance(1);
    assert.deepEqual(watchdog.expired, { phase: 'idle', ms: 100 });
  });

  it('does not count the time that our own side takes', () => {
    watchdog.wait();
    watchdog.pause();
    timers.advance(1_000_000);
    assert.equal(watchdog.expired, undefined);
  });

  it('is not begun anew by who waits already', () => {
    watchdog.wait();
    timers.advance(600);
    watchdog.wait();
    timers.advance(400);
    assert.deepEqual(watchdog.expired, { phase: 'first_byte', ms: 1_000 });
  });

  it('waits longer for a server that gives signs of life, but not for ever', () => {
    watchdog.wait();
    watchdog.pause();
    watchdog.wait();
    for (let beat = 0; beat < 19; beat += 1) {
      timers.advance(50);
      watchdog.beat();
      assert.equal(watchdog.expired, undefined);
    }
    timers.advance(49);
    assert.equal(watchdog.expired, undefined);
    timers.advance(1);
    assert.deepEqual(watchdog.expired, { phase: 'idle', ms: 1_000 });
  });

  it('can be shortened for good, and never lengthened by it', () => {
    watchdog.shorten(10);
    watchdog.shorten(10);
    watchdog.pause();
    watchdog.wait();
    timers.advance(10);
    assert.notEqual(watchdog.expired, undefined);

    const other = new Watchdog({ firstByte: 1_000, idle: 100 }, timers);
    other.pause();
    other.shorten(5_000);
    other.pause();
    other.wait();
    timers.advance(100);
    assert.notEqual(other.expired, undefined);
  });

  it('leaves no timer behind', () => {
    watchdog.wait();
    watchdog.beat();
    watchdog.stop();
    watchdog.beat();
    assert.equal(timers.armed, 0);
  });
});
