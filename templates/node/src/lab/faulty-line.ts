/**
 * A line that can be spoilt: a stream between a socket and whoever speaks through it. What is done here is done to bytes,
 * below the WebSocket, where a bad network does it too; neither end can tell the difference.
 */
import { Duplex } from 'node:stream';

type Done = (error?: Error | null) => void;

export class FaultyLine extends Duplex {
  readonly #socket: Duplex;
  readonly #timers = new Set<NodeJS.Timeout>();
  #delayMs = 0;
  #isHole = false;
  /** Bytes that wait for the end of a delay, in order; undefined: none wait. */
  #incoming: Buffer[] | undefined;
  #incomingEnded = false;

  /** Takes the socket over: from now on it is read, written, ended and destroyed by this line only. */
  constructor(socket: Duplex) {
    super({ allowHalfOpen: true });
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('end', () => {
      this.#incomingEnded = true;
      if (this.#incoming === undefined) this.push(null);
    });
    socket.on('error', (error: Error) => this.destroy(error));
    socket.on('close', () => this.destroy());
  }

  /**
   * Both directions arrive this much later, in lumps, as through a bad mobile connection: what comes in meanwhile joins
   * what waits already. 0: no more of it. In milliseconds.
   */
  slow(delayMs: number): void {
    this.#delayMs = delayMs;
  }

  /**
   * Nothing gets through any more, in either direction and for good; the sockets stay open, and nobody is told. What is
   * written waits, as it does in a kernel whose packets are not acknowledged.
   */
  blackHole(): void {
    this.#isHole = true;
    this.#socket.pause();
  }

  get isHole(): boolean {
    return this.#isHole;
  }

  override _read(): void {
    if (!this.#isHole) this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#send([chunk], done);
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: Done): void {
    this.#send(
      chunks.map(({ chunk }) => chunk),
      done,
    );
  }

  override _final(done: Done): void {
    if (this.#isHole) return;
    this.#socket.end(() => done());
  }

  override _destroy(error: Error | null, done: Done): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#socket.destroy();
    done(error);
  }

  /** While one lump waits the stream collects the next one: `_writev` gets it whole. */
  #send(chunks: readonly Buffer[], done: Done): void {
    const deliver = (): void => {
      if (!this.#isHole) this.#socket.write(Buffer.concat(chunks), done);
    };
    if (this.#delayMs > 0) this.#later(deliver);
    else deliver();
  }

  #receive(chunk: Buffer): void {
    if (this.#isHole) return;
    if (this.#incoming !== undefined) {
      this.#incoming.push(chunk);
    } else if (this.#delayMs > 0) {
      this.#incoming = [chunk];
      this.#later(() => this.#flush());
    } else if (!this.push(chunk)) {
      this.#socket.pause();
    }
  }

  #flush(): void {
    const lump = this.#incoming;
    this.#incoming = undefined;
    if (lump === undefined || this.#isHole) return;
    if (!this.push(Buffer.concat(lump))) this.#socket.pause();
    if (this.#incomingEnded) this.push(null);
  }

  #later(run: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, this.#delayMs);
    this.#timers.add(timer);
  }
}
