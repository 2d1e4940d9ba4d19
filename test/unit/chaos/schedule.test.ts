/** Schedules: drawn from a seed, printed and read again, shrunk, and carried out on real connections and processes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  ChaosError,
  Progress,
  drawSchedule,
  linkMenu,
  pageMenu,
  parseSchedule,
  printSchedule,
  processMenu,
  runSchedule,
  shrinkSchedule,
  smallerSchedules,
  startChaosProxy,
  startProcess,
} from '../../support/chaos/index.js';
import type { Fault, Schedule, ScheduledFault, ScheduleEvent } from '../../support/chaos/index.js';
import { randomly, seed } from '../../support/seed.js';
import { EchoClient, startEchoHost } from './echo-host.js';

const menu = [...linkMenu, ...processMenu, ...pageMenu];
const shape = { menu, faults: 12, counter: 'frames', from: 1, to: 300 };
const at = (value: number, counter = 'frames') => ({ counter, value });

test('the same seed draws the same schedule, in order, and prints and reads it back exactly', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (drawn) => {
      const schedule = drawSchedule({ ...shape, seed: drawn });
      assert.deepEqual(drawSchedule({ ...shape, seed: drawn }), schedule);
      assert.equal(schedule.faults.length, 12);
      const values = schedule.faults.map((fault) => fault.at.value);
      assert.deepEqual(
        values,
        [...values].sort((one, other) => one - other),
      );
      assert.ok(values.every((value) => value >= 1 && value <= 300));
      assert.deepEqual(parseSchedule(printSchedule(schedule)), schedule);
      assert.deepEqual(parseSchedule(JSON.stringify(schedule)), schedule);
    }),
    randomly(100),
  );
  assert.notDeepEqual(drawSchedule({ ...shape, seed }), drawSchedule({ ...shape, seed: seed + 1 }));
});

test('every fault of the menus is drawn sooner or later', () => {
  const kinds = new Set<string>();
  for (let more = 0; more < 60; more++) {
    for (const { fault } of drawSchedule({ ...shape, seed: seed + more }).faults) kinds.add(fault.kind);
  }
  assert.equal(kinds.size, menu.length, `SEED=${seed}: ${[...kinds].join(', ')}`);
});

test('a printed schedule can be read by people', () => {
  const schedule: Schedule = {
    seed: 7,
    faults: [
      { at: at(3), fault: { kind: 'reset' } },
      { at: at(20), fault: { kind: 'lossy', drop: 0.5 }, ms: 900, until: { counter: 'frames', more: 10 } },
    ],
  };
  assert.deepEqual(printSchedule(schedule).split('\n').slice(0, 3), [
    '2 faults, seed 7',
    '    1. at frames 3: reset',
    '    2. at frames 20: lossy, drop 0.5 · for 900 ms · at most 10 more frames',
  ]);
});

for (const [what, value, complaint] of [
  ['no JSON', '{', /no JSON/],
  ['no list', '{"faults": 3}', /list of `faults`/],
  ['an unknown fault', { fault: { kind: 'meteor' } }, /fault 1: there is no fault "meteor"/],
  ['a name of every object', { fault: { kind: 'toString' } }, /no fault "toString"/],
  ['a missing field', { fault: { kind: 'cut-after' } }, /fault 1 \(cut-after\) has no `bytes`/],
  ['a field of another fault', { fault: { kind: 'reset', bytes: 3 } }, /has a `bytes`, which means nothing/],
  ['a probability of 3', { fault: { kind: 'lossy', drop: 3 } }, /`drop` cannot be 3/],
  ['a pattern that is none', { fault: { kind: 'lossy', only: '(' } }, /`only` cannot be/],
  ['a duration below zero', { fault: { kind: 'pause' }, ms: -1 }, /`ms` cannot be -1/],
  ['no counter', { fault: { kind: 'pause' }, at: { value: 1 } }, /at has no `counter`/],
  ['half an end', { fault: { kind: 'pause' }, until: { counter: 'x' } }, /until has no `more`/],
] as const) {
  test(`a schedule with ${what} is refused with the place`, () => {
    const text = typeof value === 'string' ? value : JSON.stringify({ faults: [{ at: at(1), ...value }] });
    assert.throws(
      () => parseSchedule(text),
      (error) => error instanceof ChaosError && error.reason === 'bad-schedule' && complaint.test(error.message),
    );
  });
}

test('a failing schedule shrinks to what makes it fail, with fewer runs than trying everything', async () => {
  const schedule = drawSchedule({ ...shape, seed, faults: 20 });
  const guilty: ScheduledFault = { at: at(150), fault: { kind: 'hang' }, ms: 1_600 };
  const all: Schedule = { faults: [...schedule.faults.slice(0, 13), guilty, ...schedule.faults.slice(13)] };
  let runs = 0;
  const smallest = await shrinkSchedule(all, async ({ faults }) => {
    runs++;
    return faults.some((item) => item.fault.kind === 'hang' && item.at.value === 150 && (item.ms ?? 0) >= 100);
  });
  assert.deepEqual(smallest.faults, [{ ...guilty, ms: 100 }], `SEED=${seed}`);
  assert.ok(runs <= 50);
  assert.ok([...smallerSchedules(smallest)].every(({ faults }) => faults.length <= 1));
});

/** A real client on a real connection, which sends as fast as it is answered until it is stopped. */
async function chatter(url: string, signal: AbortSignal): Promise<number> {
  let connections = 0;
  while (!signal.aborted) {
    const client = EchoClient.begin(url);
    connections++;
    const stop = (): void => client.socket.terminate();
    signal.addEventListener('abort', stop);
    client.socket.on('open', () => client.send('message'));
    client.socket.on('message', () => client.send('message'));
    await client.closed;
    signal.removeEventListener('abort', stop);
  }
  return connections;
}

test('a run: each fault begins at its value, ends when it should, and hits what it is meant for', async () => {
  const host = await startEchoHost();
  const proxy = await startChaosProxy({ target: host.url });
  const child = await startProcess({
    command: process.execPath,
    args: ['-e', `console.log('ready'); setInterval(() => {}, 1000)`],
    ready: /ready/,
  });
  const over = new AbortController();
  const client = chatter(proxy.url, over.signal);
  try {
    const { pid } = child;
    const schedule: Schedule = {
      faults: [
        { at: at(10), fault: { kind: 'reset' } },
        { at: at(30), fault: { kind: 'latency', ms: 0 }, until: { counter: 'frames', more: 20 } },
        { at: at(40), fault: { kind: 'down' }, ms: 60_000, until: { counter: 'connections', more: 2 } },
        { at: at(60), fault: { kind: 'hang' }, ms: 1 },
        { at: at(60), fault: { kind: 'kill' } },
        { at: at(70), fault: { kind: 'cut-in-frame' }, ms: 1 },
      ],
    };
    const told: ScheduleEvent[] = [];
    const events = await runSchedule(
      schedule,
      { link: proxy, process: child },
      { progress: proxy.progress, onEvent: (event) => told.push(event) },
    );
    assert.deepEqual(told, events);
    for (const [index, { at: place }] of schedule.faults.entries()) {
      const [begun, ended] = events.filter((event) => event.index === index);
      assert.deepEqual([begun?.what, ended?.what], ['begun', 'ended']);
      assert.ok((begun?.progress[place.counter] ?? 0) >= place.value);
      const { until } = schedule.faults[index]!;
      if (until === undefined) continue;
      const grown = (ended?.progress[until.counter] ?? 0) - (begun?.progress[until.counter] ?? 0);
      assert.ok(grown >= until.more, `${until.counter} grew by ${grown}`);
    }
    assert.notEqual(child.pid, pid);
    over.abort();
    assert.ok((await client) >= 3);
    assert.ok(proxy.counts.refused >= 1);
  } finally {
    over.abort();
    await Promise.all([client, child.stop(), proxy.stop()]);
    await host.stop();
  }
});

test('faults of a process, and of a page, take turns; those of the link overlap', async () => {
  const progress = new Progress();
  progress.add('frames');
  const log: string[] = [];
  const note = (what: string) => async () => void log.push(what);
  const process = {
    hang: note('hang'),
    wake: note('wake'),
    kill: note('kill'),
    start: note('start'),
    restart: note('restart'),
  };
  const link = linkThat((fault) => {
    log.push(fault.kind);
    return () => log.push(`${fault.kind} lifted`);
  });
  const until = { counter: 'frames', more: 1 };
  const faults = (['hang', 'kill', 'pause', 'refuse'] as const).map((kind) => ({ at: at(1), fault: { kind }, until }));
  const run = runSchedule({ faults }, { link, process: process as never }, { progress });
  for (const step of ['hang', 'kill']) {
    while (!log.includes(step)) await new Promise((resolve) => setImmediate(resolve));
    progress.add('frames');
  }
  await run;
  assert.deepEqual(
    log.filter((what) => /hang|wake|kill|start/.test(what)),
    ['hang', 'wake', 'kill', 'start'],
  );
  assert.ok(log.indexOf('refuse') < log.indexOf('pause lifted'));
});

test('an aborted run lifts what it began, and says what it did not reach', async () => {
  const progress = new Progress();
  const aborting = new AbortController();
  const applied: string[] = [];
  const link = linkThat((fault) => {
    applied.push(fault.kind);
    return () => applied.push(`${fault.kind} lifted`);
  });
  const run = runSchedule(
    {
      faults: [
        { at: at(1), fault: { kind: 'pause' }, ms: 3_600_000 },
        { at: at(2), fault: { kind: 'refuse' } },
      ],
    },
    { link },
    { progress, signal: aborting.signal, onEvent: ({ what }) => what === 'begun' && aborting.abort() },
  );
  progress.add('frames');
  const events = await run;
  assert.deepEqual(applied, ['pause', 'pause lifted']);
  assert.deepEqual(events.map(({ index, what }) => `${index} ${what}`).sort(), ['0 begun', '0 ended', '1 not reached']);
});

test('a fault that cannot be made fails the run, after everything else is lifted', async () => {
  const progress = new Progress();
  progress.add('frames', 5);
  const lifted: string[] = [];
  const link = linkThat((fault) => {
    if (fault.kind === 'refuse') throw new Error('no such thing');
    return () => lifted.push(fault.kind);
  });
  const faults: ScheduledFault[] = [
    { at: at(1), fault: { kind: 'pause' }, ms: 3_600_000 },
    { at: at(5), fault: { kind: 'refuse' } },
    { at: at(6), fault: { kind: 'reset' } },
  ];
  await assert.rejects(runSchedule({ faults }, { link }, { progress }), /no such thing/);
  assert.deepEqual(lifted, ['pause']);
  await assert.rejects(
    runSchedule({ faults: [{ at: at(1), fault: { kind: 'freeze' } }] }, { link }, { progress }),
    (error) => error instanceof ChaosError && error.reason === 'no-target' && /freeze needs a page/.test(error.message),
  );
});

type Link = NonNullable<Parameters<typeof runSchedule>[1]['link']>;

/** A link that only takes faults. */
function linkThat(apply: (fault: Fault) => () => unknown): Link {
  return {
    apply: (fault: Fault) => {
      const lift = apply(fault);
      return () => void lift();
    },
  } as unknown as Link;
}
