/** The line between a socket and the cable: unspoilt it changes nothing, and each fault does what its name says. */
import assert from 'node:assert/strict';
import { duplexPair } from 'node:stream';
import type { Duplex } from 'node:stream';
import { afterEach, describe, mock, test } from 'node:test';
import { FaultyLine } from '../../../../templates/node/src/lab/faulty-line.js';
import { Lines } from '../../../../templates/node/src/lab/lines.js';

/** A line, the peer at the other end of its socket, and what each of the two has got so far. */
function open(make: (socket: Duplex) => Duplex = (socket) => new FaultyLine(socket)) {
  const [socket, peer] = duplexPair();
  const line = make(socket);
  const got = { line: '', peer: '' };
  const lumps: string[] = [];
  line.on('data', (chunk: Buffer) => (got.line += String(chunk)));
  peer.on('data', (chunk: Buffer) => {
    got.peer += String(chunk);
    lumps.push(String(chunk));
  });
  line.on('error', () => {});
  return { socket, peer, line, got, lumps };
}

/** Lets everything happen that needs no timer. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

afterEach(() => mock.timers.reset());

describe('unspoilt', () => {
  test('bytes pass in both directions, and so do both ends', async () => {
    const { peer, line, got } = open();
    const ended = Promise.all([
      new Promise((resolve) => line.once('end', resolve)),
      new Promise((resolve) => peer.once('end', resolve)),
    ]);
    peer.write('a');
    line.write('1');
    line.write('2');
    peer.end('b');
    line.end('3');
    await ended;
    assert.deepEqual(got, { line: 'ab', peer: '123' });
  });

  test('more than fits at once waits for its reader, and loses nothing', async () => {
    const [socket, peer] = duplexPair();
    const line = new FaultyLine(socket);
    const sent = Buffer.alloc(1_000_000, 'x');
    peer.end(sent);
    let bytes = 0;
    for await (const chunk of line) bytes += (chunk as Buffer).length;
    assert.equal(bytes, sent.length);
  });

  test('the end of either is the end of both', async () => {
    const first = open();
    first.line.destroy();
    await settle();
    assert.ok(first.socket.destroyed);
    const second = open();
    second.socket.destroy(new Error('reset'));
    await settle();
    assert.ok(second.line.destroyed);
  });
});

describe('slow', () => {
  test('delays both directions, joins what comes meanwhile, keeps the order, and ends', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    const { peer, line, got, lumps } = open();
    (line as FaultyLine).slow(1_000);
    for (const text of ['1', '2', '3']) line.write(text);
    peer.write('a');
    await settle();
    mock.timers.tick(999);
    await settle();
    assert.deepEqual(got, { line: '', peer: '' });
    peer.write('b');
    await settle();
    mock.timers.tick(1);
    await settle();
    assert.deepEqual(got, { line: 'ab', peer: '1' });
    (line as FaultyLine).slow(0);
    line.write('4');
    peer.write('c');
    await settle();
    mock.timers.tick(1_000);
    await settle();
    assert.deepEqual([got, lumps], [{ line: 'abc', peer: '1234' }, ['1', '23', '4']]);
    line.write('5');
    await settle();
    assert.equal(got.peer, '12345');
  });

  test('an end waits its turn', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    const { peer, line, got } = open();
    (line as FaultyLine).slow(1_000);
    let ended = false;
    line.once('end', () => (ended = true));
    peer.end('last');
    await settle();
    assert.equal(ended, false);
    mock.timers.tick(1_000);
    await settle();
    assert.deepEqual([ended, got.line], [true, 'last']);
  });
});

test('a black hole lets nothing through in either direction, for good, and can still be closed', async () => {
  const { peer, line, got, socket } = open();
  (line as FaultyLine).blackHole();
  line.write('1');
  line.end('2');
  peer.write('a');
  await settle();
  (line as FaultyLine).slow(0);
  await settle();
  assert.deepEqual([got, line.destroyed], [{ line: '', peer: '' }, false]);
  line.destroy();
  await settle();
  assert.ok(socket.destroyed);
});

describe('the lines of a visitor', () => {
  test('are spoilt without those of others; a new one works after a black hole', async () => {
    const lines = new Lines();
    const [ada, eve] = [open((socket) => lines.open('ada', socket)), open((socket) => lines.open('eve', socket))];
    assert.equal(lines.blackHole('ada'), 1);
    const next = open((socket) => lines.open('ada', socket));
    for (const { line } of [ada, eve, next]) line.write('1');
    await settle();
    assert.deepEqual([ada.got.peer, eve.got.peer, next.got.peer], ['', '1', '1']);
    assert.equal(lines.blackHole('nobody'), 0);
    ada.line.destroy();
    await settle();
    assert.equal(lines.blackHole('ada'), 1, 'a line that is gone is forgotten');
    lines.close();
  });

  test('are slow for a while, new ones too', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    const lines = new Lines();
    const first = open((socket) => lines.open('ada', socket));
    assert.equal(lines.slow('ada', 100, 1_000), 1);
    const second = open((socket) => lines.open('ada', socket));
    for (const { line } of [first, second]) line.write('1');
    await settle();
    assert.deepEqual([first.got.peer, second.got.peer], ['', '']);
    mock.timers.tick(100);
    await settle();
    assert.deepEqual([first.got.peer, second.got.peer], ['1', '1']);
    mock.timers.tick(900);
    first.line.write('2');
    const third = open((socket) => lines.open('ada', socket));
    third.line.write('1');
    await settle();
    assert.deepEqual([first.got.peer, third.got.peer], ['12', '1']);
    lines.close();
  });

  test('do not keep a server from closing', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    const lines = new Lines();
    const [ada, eve] = [open((socket) => lines.open('ada', socket)), open((socket) => lines.open('eve', socket))];
    lines.blackHole('ada');
    lines.slow('eve', 100, 1_000);
    lines.close();
    eve.line.write('1');
    await settle();
    assert.deepEqual([ada.line.destroyed, eve.got.peer], [true, '1']);
  });
});
