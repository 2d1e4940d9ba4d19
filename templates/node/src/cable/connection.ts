/**
 * One client's socket: what goes out, in order and within bounds; what comes in, one at a time; the end.
 * It knows nothing of what commands mean.
 *
 * Closing codes and reasons are AnyCable's: https://github.com/anycable/anycable/blob/master/node/session.go
 */
import type { RawData, WebSocket } from 'ws';
import type { Logger } from '../logger.js';
import type { DropReason } from './commands.js';
import * as frames from './frames.js';
import { Heartbeat } from './heartbeat.js';
import type { Identity } from './identity.js';
import type { CableOptions } from './options.js';
import type { Subscription } from './subscription.js';

export interface ConnectionHandler {
  /** Resolves when the next text may be handled: others may have to be first. Must not reject. */
  turn(): Promise<void>;
  /** One text from the client; the next waits until this one is done. Must not throw. */
  received(text: string): Promise<void>;
  /** Called once, as soon as the end is decided: nothing will be sent any more. Must not throw. */
  detached(): void;
  /** Called once, when the socket is gone and the last `received` has ended. Must not throw. */
  ended(): Promise<void>;
}

type ConnectionOptions = Pick<CableOptions, 'pingInterval' | 'deadPeerTimeout' | 'maxPendingBytes' | 'closeTimeout'> & {
  /** In seconds (AnyCable's default) or finer, as the client asked with `?ptp=`. */
  readonly pingPrecision: 's' | 'ms' | 'ns';
};

/**
 * Texts, and UTF-16 units in them, that may wait for their turn before reading from the socket pauses. What `ws` has read
 * by then still arrives, which is one chunk of the socket: 64 KiB.
 */
const MAX_WAITING = 32;
const MAX_WAITING_LENGTH = 128 * 1024;

export class Connection {
  /** By identifier. */
  readonly subscriptions = new Map<string, Subscription>();
  /** Resolves when the socket is gone and the handler has been told. */
  readonly ended: Promise<void>;
  readonly #socket: WebSocket;
  readonly #options: ConnectionOptions;
  readonly #handler: ConnectionHandler;
  readonly #logger: Logger;
  #waiting: string[] = [];
  #waitingLength = 0;
  readonly #reported = new Set<DropReason>();
  readonly #heartbeat: Heartbeat;
  #working: Promise<void> = Promise.resolve();
  #busy = true;
  #quiet = false;
  #closeTimer: NodeJS.Timeout | undefined;
  #open = true;
  #resolveEnded!: () => void;

  constructor(
    socket: WebSocket,
    readonly sid: string,
    /** Whether the client may come back to this session: it speaks the extended protocol. */
    readonly resumable: boolean,
    options: ConnectionOptions,
    logger: Logger,
    handlerFor: (connection: Connection) => ConnectionHandler,
  ) {
    this.#socket = socket;
    this.#options = options;
    this.#logger = logger;
    this.ended = new Promise((resolve) => (this.#resolveEnded = resolve));
    this.#handler = handlerFor(this);
    this.#heartbeat = new Heartbeat(options, {
      sendPing: () => this.send(frames.ping(timestamp(options.pingPrecision))),
      sendNativePing: () => socket.ping(),
      // While a command is at work the socket may not be read.
      isListening: () => !this.#busy,
      peerLost: () => {
        logger.info('peer is gone, disconnecting', { sid });
        this.disconnect('no_pong', true);
      },
    });
    socket.on('message', (data) => this.#enqueue(data));
    socket.on('pong', () => this.#heartbeat.heard());
    // Protocol errors of the peer (too large, bad UTF-8): `ws` closes with the right code by itself, `close` follows.
    socket.on('error', (error) => this.#logger.debug('socket error', { sid: this.sid, message: error.message }));
    socket.on('close', () => void this.#finish());
  }

  /** Set when the caller is known, before anything is handled. */
  identity: Identity | undefined;

  /** False from the moment the end is decided: nothing is sent or handled any more. */
  get open(): boolean {
    return this.#open;
  }

  /** Begins to handle what the client sends, and to ping. Until then everything waits. */
  start(): void {
    if (!this.#open) return;
    this.#busy = false;
    this.#heartbeat.start();
    this.#work();
  }

  /** Handles nothing more of what the client sends, and resolves when the command at work has ended. Sending goes on. */
  quiesce(): Promise<void> {
    this.#quiet = true;
    return this.#working;
  }

  send(text: string): void {
    if (!this.#open) return;
    if (this.#socket.bufferedAmount >= this.#options.maxPendingBytes) {
      this.#logger.warn('client is too slow, disconnecting', { sid: this.sid, pending: this.#socket.bufferedAmount });
      this.disconnect('too_slow', true);
      return;
    }
    this.#socket.send(text);
  }

  /**
   * Sends what others may say at will, unless this client is behind with reading: else they could have it disconnected as
   * too slow. False when it is. AnyCable has no such care.
   */
  sendTransient(text: string): boolean {
    if (this.#socket.bufferedAmount >= this.#options.maxPendingBytes / 2) return false;
    this.send(text);
    return true;
  }

  /** Says why, then closes. Does nothing on a connection that is already ending. */
  disconnect(reason: frames.DisconnectReason, reconnect: boolean): void {
    if (!this.#open) return;
    this.#socket.send(frames.disconnect(reason, reconnect));
    const [code, text] = CLOSINGS[reason];
    this.close(code, text);
  }

  close(code: number, reason: string): void {
    if (!this.#detach()) return;
    this.#socket.resume();
    this.#socket.close(code, reason);
    this.#closeTimer = setTimeout(() => this.#socket.terminate(), this.#options.closeTimeout);
  }

  /** Cuts the line without a word, as a broken network does. */
  cut(): void {
    this.#detach();
    this.#socket.terminate();
  }

  /** Something of the client's was dropped. Each reason is worth one line a connection, whoever keeps repeating it. */
  dropped(reason: DropReason, fields: Readonly<Record<string, unknown>>): void {
    const first = !this.#reported.has(reason);
    this.#reported.add(reason);
    this.#logger[first ? 'warn' : 'debug']('dropped a frame from a client', { sid: this.sid, reason, ...fields });
  }

  #enqueue(data: RawData): void {
    this.#heartbeat.heard();
    if (!this.#open) return;
    // Binary frames are read as text, as AnyCable does.
    const text = String(data);
    this.#waiting.push(text);
    this.#waitingLength += text.length;
    if (this.#isFull(1)) this.#socket.pause();
    this.#work();
  }

  #work(): void {
    if (this.#busy || this.#quiet) return;
    this.#busy = true;
    this.#working = this.#handleWaiting();
  }

  async #handleWaiting(): Promise<void> {
    while (this.#waiting.length > 0) {
      await this.#handler.turn();
      if (!this.#open || this.#quiet) break;
      const text = this.#waiting.shift() ?? '';
      this.#waitingLength -= text.length;
      if (this.#socket.isPaused && !this.#isFull(1 / 2)) this.#socket.resume();
      await this.#handler.received(text);
    }
    // In the same turn as the last look at what waits, so that nothing can arrive unseen between the two.
    this.#busy = false;
  }

  #isFull(share: number): boolean {
    return this.#waiting.length >= MAX_WAITING * share || this.#waitingLength >= MAX_WAITING_LENGTH * share;
  }

  /** False when the end had been decided before. */
  #detach(): boolean {
    if (!this.#open) return false;
    this.#open = false;
    this.#waiting = [];
    this.#heartbeat.stop();
    this.#handler.detached();
    return true;
  }

  async #finish(): Promise<void> {
    this.#detach();
    clearTimeout(this.#closeTimer);
    await this.#working;
    await this.#handler.ended();
    this.#resolveEnded();
  }
}

const CLOSINGS: Readonly<Record<frames.DisconnectReason, readonly [code: number, reason: string]>> = {
  unauthorized: [1000, 'Auth Failed'],
  server_restart: [1001, 'Server restart'],
  remote: [1000, 'Closed remotely'],
  idle_timeout: [1000, 'Idle Timeout'],
  no_pong: [1000, 'No Pong'],
  too_slow: [1000, ''],
  token_expired: [1000, 'Auth Failed'],
};

function timestamp(precision: 's' | 'ms' | 'ns'): number {
  const now = Date.now();
  if (precision === 's') return Math.floor(now / 1000);
  return precision === 'ms' ? now : now * 1e6;
}
