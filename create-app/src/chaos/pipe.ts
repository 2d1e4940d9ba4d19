import type { Socket } from 'node:net';
import { UNHARMED } from './conditions.js';
import type { PipeConditions } from './conditions.js';
import type { Meter } from './counts.js';
import { Cuts } from './cuts.js';
import type { Direction, Ending, LinkCut } from './faults.js';
import { LossyFilter } from './lossy-filter.js';
import { FrameScanner } from './ws-frames.js';

export interface PipeEvents {
  /** The sending end has ended, and everything before that was delivered. */
  ended(ending: Ending): void;
  /** A cut has been reached. */
  cut(ending: Ending): void;
  /** Something was lost in a black hole: this connection can never be whole again. */
  swallowed(): void;
  /** The handshake of a WebSocket has passed. */
  upgraded(): void;
}

type Item = { readonly due: number } & (
  { readonly kind: 'bytes'; readonly bytes: Buffer } | { readonly kind: 'ending'; readonly ending: Ending }
);

/** Waiting in the proxy; beyond it the sending end has to wait, as for any slow reader. */
const MAX_WAITING_BYTES = 1 << 20;

/**
 * One direction of one connection: bytes of the sending socket, through what the conditions do to them, in order, to the
 * receiving one. How the sending end ended takes its turn after the bytes.
 */
export class Pipe {
  readonly #source: Socket;
  readonly #destination: Socket;
  readonly #meter: Meter;
  readonly #events: PipeEvents;
  readonly #filter: LossyFilter;
  /** Of what is delivered. */
  readonly #scanner: FrameScanner;
  readonly #cuts = new Cuts();
  readonly #queue: Item[] = [];
  #conditions: PipeConditions = UNHARMED;
  #waitingBytes = 0;
  #lastDue = 0;
  #delivered = 0;
  #closed = false;
  #changed: () => void = () => {};
  #timer: NodeJS.Timeout | undefined;

  constructor(source: Socket, destination: Socket, direction: Direction, meter: Meter, events: PipeEvents) {
    this.#source = source;
    this.#destination = destination;
    this.#meter = meter;
    this.#events = events;
    const side = direction === 'to-client' ? 'server' : 'client';
    this.#filter = new LossyFilter(side, (fate) => meter.add(fate));
    this.#scanner = new FrameScanner(side);
  }

  /** Begins to deliver; `head` has been read from the source before. */
  start(head: Buffer): void {
    this.#receive(head);
    let ending: Ending | undefined;
    this.#source.on('data', (bytes: Buffer) => this.#receive(bytes));
    this.#source.on('end', () => {
      ending = 'end';
      this.#finish(ending);
    });
    this.#source.on('close', (hadError) => {
      if (ending === undefined || hadError) this.#finish('reset');
    });
    // It may have ended while the other end was being reached.
    if (this.#source.readableEnded) this.#finish('end');
    else if (this.#source.destroyed) this.#finish('reset');
    void this.#run();
  }

  set conditions(conditions: PipeConditions) {
    const isGoodAgain = this.#conditions.lossy !== undefined && conditions.lossy === undefined;
    this.#conditions = conditions;
    if (isGoodAgain) this.#enqueue(this.#filter.flush());
    this.#changed();
  }

  /** Ends the connection at a place that is still to come. Returns how to call it off. */
  arm(fault: LinkCut): () => void {
    return this.#cuts.arm(fault, this.#delivered);
  }

  /** Delivers nothing more. What has not been delivered is lost. */
  close(): void {
    this.#closed = true;
    this.#queue.length = 0;
    clearTimeout(this.#timer);
    this.#changed();
    // Read on and throw away, else nobody would hear how the sending end ends.
    this.#source.resume();
  }

  #receive(bytes: Buffer): void {
    if (this.#closed) return;
    this.#meter.add('received', bytes.length);
    this.#enqueue(this.#filter.push(bytes, this.#conditions.lossy));
  }

  #enqueue(deliveries: readonly Buffer[]): void {
    for (const bytes of deliveries) {
      this.#waitingBytes += bytes.length;
      this.#queue.push({ kind: 'bytes', bytes, due: this.#due() });
    }
    if (this.#waitingBytes > MAX_WAITING_BYTES) this.#source.pause();
    this.#changed();
  }

  #finish(ending: Ending): void {
    if (this.#closed) return;
    this.#enqueue(this.#filter.flush());
    this.#queue.push({ kind: 'ending', ending, due: this.#due() });
    this.#changed();
  }

  /** When something that comes now is to arrive: never before what came earlier. */
  #due(): number {
    const { latency } = this.#conditions;
    if (latency === undefined) return this.#lastDue;
    this.#lastDue = Math.max(this.#lastDue, performance.now() + latency.ms + latency.random.next() * latency.jitter);
    return this.#lastDue;
  }

  async #run(): Promise<void> {
    for (;;) {
      const item = await this.#take();
      if (item === undefined) return;
      if (item.kind === 'bytes') await this.#deliver(item.bytes);
      else this.#events.ended(item.ending);
    }
  }

  /** The next item as soon as it may be delivered; undefined when the pipe was closed. */
  async #take(): Promise<Item | undefined> {
    while (!this.#closed) {
      const next = this.#queue[0];
      if (next !== undefined && this.#conditions.isHole) {
        this.#shift(next);
        this.#meter.add('swallowed', next.kind === 'bytes' ? next.bytes.length : 0);
        this.#events.swallowed();
        continue;
      }
      const wait = next === undefined ? 0 : next.due - performance.now();
      if (next !== undefined && !this.#conditions.isPaused && wait <= 0) return this.#shift(next);
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
        if (wait > 0) this.#timer = setTimeout(resolve, wait);
      });
      clearTimeout(this.#timer);
    }
    return undefined;
  }

  #shift(item: Item): Item {
    this.#queue.shift();
    if (item.kind === 'bytes') this.#waitingBytes -= item.bytes.length;
    if (this.#source.isPaused() && this.#waitingBytes <= MAX_WAITING_BYTES / 2) this.#source.resume();
    return item;
  }

  async #deliver(bytes: Buffer): Promise<void> {
    let rest = bytes;
    while (rest.length > 0 && !this.#closed) {
      // A condition that came while the last bit was on its way: the rest goes back to wait under it.
      if (rest !== bytes && (this.#conditions.isPaused || this.#conditions.isHole)) {
        this.#waitingBytes += rest.length;
        this.#queue.unshift({ kind: 'bytes', bytes: rest, due: 0 });
        return;
      }
      const { split } = this.#conditions;
      const bit = split > 0 ? rest.subarray(0, split) : rest;
      await this.#write(bit);
      rest = rest.subarray(bit.length);
      // In a turn of its own, so that the receiving end reads it before the next one comes.
      if (split > 0) await untilRead();
    }
  }

  async #write(bytes: Buffer): Promise<void> {
    const wasWebSocket = this.#scanner.isWebSocket;
    const frameEnds: number[] = [];
    let position = this.#delivered;
    for (const { bytes: piece, frame, ends } of this.#scanner.push(bytes)) {
      position += piece.length;
      if (frame === undefined) continue;
      if (ends) frameEnds.push(position);
      // The header is whole with this piece.
      const { header, start } = frame;
      const isBegin = header !== undefined && position - piece.length < start + header.headerBytes;
      if (isBegin) this.#cuts.frameBegan(start, header);
    }
    const cut = this.#cuts.firstWithin(position);
    const deliverable = cut === undefined ? bytes : bytes.subarray(0, Math.max(0, cut.at - this.#delivered));
    if (deliverable.length > 0 && !this.#destination.destroyed) {
      await new Promise<void>((resolve) => {
        this.#destination.write(deliverable, () => resolve());
      });
    }
    this.#delivered += deliverable.length;
    this.#meter.add('bytes', deliverable.length);
    this.#meter.add('frames', frameEnds.filter((end) => end <= this.#delivered).length);
    if (!wasWebSocket && this.#scanner.isWebSocket) this.#events.upgraded();
    if (cut === undefined) return;
    if (deliverable.length > 0) await untilRead();
    if (!this.#closed) this.#events.cut(cut.ending);
  }
}

/**
 * Time for the receiving end to read what was written, if it runs in this process: two turns of the event loop have a
 * look at the sockets between them. An RST that overtakes the reading looks like a FIN to libuv
 * (https://github.com/libuv/libuv/blob/v1.x/src/unix/stream.c, uv__stream_io).
 */
function untilRead(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}
