/**
 * A raw cable client for tests: sends exactly what it is told, keeps everything that arrives, and waits for frames
 * instead of sleeping. It knows nothing of subscriptions or recovery, so it sees what the server really does.
 */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { inspect } from 'node:util';
import WebSocket from 'ws';

export const EXTENDED = 'actioncable-v1-ext-json';
export const BASE = 'actioncable-v1-json';

/** A frame as it came, decoded. A text that is no JSON object arrives as `{text}`. */
export type RawFrame = Readonly<Record<string, unknown>>;
export type FrameMatch = Readonly<Record<string, unknown>> | ((frame: RawFrame) => boolean);

export interface CableClientOptions {
  /** Sub-protocols to offer; default: the extended one. */
  readonly protocols?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  /** The session to resume. */
  readonly sid?: string;
  /** More of the URL's query. */
  readonly query?: Readonly<Record<string, string>>;
  /** Milliseconds after which waiting for a frame is a failure; generous, because nothing is measured by it. */
  readonly deadline?: number;
  /** Changes what arrives before anything sees it, as a server that is wrong would. */
  readonly rewrite?: ((text: string) => string) | undefined;
}

/** The server answered the upgrade with an ordinary HTTP response. */
export class UpgradeRefused extends Error {
  override readonly name = 'UpgradeRefused';
  constructor(
    readonly status: number,
    readonly body: string,
  ) {
    super(`the upgrade was refused with ${status}: ${body}`);
  }
}

const DEFAULT_DEADLINE = 10_000;

export class CableClient {
  /** Every frame so far, pings included. */
  readonly frames: RawFrame[] = [];
  /** How the connection ended. 1006: without a closing frame. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  readonly #socket: WebSocket;
  readonly #deadline: number;
  readonly #waiters = new Set<() => void>();
  #response: IncomingMessage | undefined;
  #read = 0;
  #end: string | undefined;

  private constructor(socket: WebSocket, { deadline = DEFAULT_DEADLINE, rewrite }: CableClientOptions) {
    this.#socket = socket;
    this.#deadline = deadline;
    socket.on('upgrade', (response) => (this.#response = response));
    socket.on('message', (data) => {
      this.frames.push(decode(rewrite?.(String(data)) ?? String(data)));
      this.#wake();
    });
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => {
        this.#end = `${code} ${String(reason)}`.trim();
        this.#wake();
        resolve({ code, reason: String(reason) });
      });
    });
  }

  /** Resolves when the socket is open; rejects with UpgradeRefused or the network's error. */
  static connect(url: string, options: CableClientOptions = {}): Promise<CableClient> {
    const target = new URL(url);
    for (const [name, value] of Object.entries(options.query ?? {})) target.searchParams.set(name, value);
    if (options.sid !== undefined) target.searchParams.set('sid', options.sid);
    const socket = new WebSocket(target.href, [...(options.protocols ?? [EXTENDED])], {
      headers: { ...options.headers },
      perMessageDeflate: false,
    });
    const client = new CableClient(socket, options);
    return new Promise((resolve, reject) => {
      socket.on('open', () => resolve(client));
      socket.on('error', reject);
      socket.on('unexpected-response', (_request, response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => reject(new UpgradeRefused(response.statusCode ?? 0, String(Buffer.concat(chunks)))));
      });
    });
  }

  /** False from the moment the connection has ended, whoever ended it. */
  get isOpen(): boolean {
    return this.#end === undefined;
  }

  /** The sub-protocol that the server chose; empty when it chose none. */
  get protocol(): string {
    return this.#socket.protocol;
  }

  /** Headers of the 101 response. */
  get responseHeaders(): IncomingMessage['headers'] {
    return this.#response?.headers ?? {};
  }

  /** Everything that is no ping, as a transcript to compare. */
  get transcript(): readonly RawFrame[] {
    return this.frames.filter(({ type }) => type !== 'ping');
  }

  /** Sends a text as it is, and anything else as JSON. */
  send(frame: string | Uint8Array | Readonly<Record<string, unknown>>): void {
    this.#socket.send(typeof frame === 'string' || frame instanceof Uint8Array ? frame : JSON.stringify(frame));
  }

  /** A text frame of these bytes, which may be no text. */
  sendText(bytes: Uint8Array): void {
    this.#socket.send(bytes, { binary: false });
  }

  command(command: string, identifier: string, more: Readonly<Record<string, unknown>> = {}): void {
    this.send({ command, identifier, ...more });
  }

  /** Subscribes and waits for the answer, which is returned. */
  async subscribe(identifier: string, more: Readonly<Record<string, unknown>> = {}): Promise<RawFrame> {
    this.command('subscribe', identifier, more);
    return this.next(
      (frame) => /^(confirm|reject)_subscription$/.test(String(frame['type'])) && frame['identifier'] === identifier,
    );
  }

  perform(identifier: string, action: string, data: Readonly<Record<string, unknown>> = {}): void {
    this.command('message', identifier, { data: JSON.stringify({ ...data, action }) });
  }

  /**
   * The first frame not read yet that matches; those before it count as read. Without `match`: the next that is no
   * ping. Rejects, with everything that came, after the deadline or when the connection ends.
   */
  next(match: FrameMatch = isNoPing): Promise<RawFrame> {
    const matches = typeof match === 'function' ? match : (frame: RawFrame) => includes(frame, match);
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void): void => {
        clearTimeout(timer);
        this.#waiters.delete(look);
        settle();
      };
      const look = (): void => {
        while (this.#read < this.frames.length) {
          const frame = this.frames[this.#read++] as RawFrame;
          if (matches(frame)) return finish(() => resolve(frame));
        }
        if (this.#end !== undefined) finish(() => reject(this.#failure(match, `the connection ended (${this.#end})`)));
      };
      const timer = setTimeout(
        () => finish(() => reject(this.#failure(match, `nothing of the kind within ${this.#deadline} ms`))),
        this.#deadline,
      );
      this.#waiters.add(look);
      look();
    });
  }

  /**
   * Resolves when everything sent so far was handled: commands of one socket are handled in order, and a `ping` is
   * answered. Returns the frames that came meanwhile.
   */
  async settled(): Promise<readonly RawFrame[]> {
    const from = this.#read;
    this.send({ command: 'ping' });
    await this.next({ type: 'pong' });
    return this.frames.slice(from, this.#read - 1).filter(isNoPing);
  }

  /** Stops reading, as a client that hangs does. */
  pause(): void {
    this.raw.pause();
  }

  resume(): void {
    this.raw.resume();
  }

  /** Closes properly, and waits until it is closed. */
  async close(): Promise<void> {
    this.#socket.close();
    await this.closed;
  }

  /** Cuts the connection without a word, and waits until it is cut. */
  async cut(): Promise<void> {
    this.#socket.terminate();
    await this.closed;
  }

  /** The TCP socket beneath, for what no library would do. */
  get raw(): Socket {
    if (this.#response === undefined) throw new Error('the socket is not open');
    return this.#response.socket;
  }

  #wake(): void {
    for (const look of [...this.#waiters]) look();
  }

  #failure(match: FrameMatch, why: string): Error {
    const wanted = typeof match === 'function' ? match.toString() : inspect(match);
    const last = this.frames.slice(-20).map((frame) => `  ${JSON.stringify(frame).slice(0, 400)}`);
    return new Error(
      `waited for a frame like ${wanted}: ${why}. ${this.frames.length} frames came, the last:\n${last.join('\n')}`,
    );
  }
}

function isNoPing({ type }: RawFrame): boolean {
  return type !== 'ping';
}

function includes(frame: RawFrame, part: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(part).every(([name, value]) => frame[name] === value);
}

function decode(text: string): RawFrame {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as RawFrame;
  } catch {
    // Kept as text: what a server should not have sent is for the test to judge.
  }
  return { text };
}
