import type { Cable, ReasonError } from '@anycable/core';
import type { Clock, Random } from '../clock.js';
import { reconnectDelay } from './reconnect.js';

export interface MonitorOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Declares the connection dead: it says that it is open, and nothing comes through. */
  readonly stale: () => void;
}

/**
 * Milliseconds without any frame after which a connection is dead. Action Cable and AnyCable ping every 3 s, so two
 * pings are missing by then.
 */
const SILENCE_MS = 7_000;

/** The same after somebody asked: a frame was just sent that a living server answers at once, or it pings. */
const PROBE_MS = 3_500;

/** So long an attempt may take until the server's welcome, milliseconds: a handshake can hang like anything else. */
const CONNECT_MS = 10_000;

/** A connection that breaks this soon after a wake was dead all along: the visitor is looking, so there is no spreading. */
const WAKE_MS = 2_000;

/**
 * Keeps one cable connected. @anycable/core's own monitor does this on wall-clock time, waits 1.5 to 9 s before the first
 * retry, and on a wake does nothing while the dead socket still says that it is open.
 */
export class ReconnectMonitor {
  readonly #cable: Cable;
  readonly #options: MonitorOptions;
  readonly #unbind: (() => void)[];
  #attempt = 0;
  #wokenAt = -Infinity;
  #cancelReconnect: (() => void) | undefined;
  #cancelSilence: (() => void) | undefined;
  #silenceEndsAt = Infinity;

  constructor(cable: Cable, options: MonitorOptions) {
    this.#cable = cable;
    this.#options = options;
    this.#unbind = [
      cable.on('connect', () => {
        this.#attempt = 0;
        this.#stopReconnect();
        // The patience for the handshake is another, and longer, than for silence.
        this.#stopListening();
        this.#heard();
      }),
      cable.on('keepalive', () => {
        if (cable.state === 'connected') this.#heard();
      }),
      cable.on('disconnect', (reason) => {
        this.#stopListening();
        this.#planReconnect(reason);
      }),
      cable.on('close', () => {
        this.#stopListening();
        this.#stopReconnect();
      }),
    ];
  }

  /** An attempt begins that somebody else has started. */
  connecting(): void {
    this.#listenFor(CONNECT_MS);
  }

  /** Connects now if a reconnect is planned. */
  reconnectNow(): void {
    if (this.#cancelReconnect === undefined) return;
    this.#stopReconnect();
    this.connect();
  }

  /** Makes an attempt, and gives it up when it hangs. */
  connect(): void {
    this.connecting();
    this.#cable.connect().catch(() => {
      // Said by the `disconnect` or `close` event, which carries the reason and plans the next attempt.
    });
  }

  /**
   * Something makes it likely that the connection is gone (a wake, the network is back): connects at once where it is
   * known to be gone, and where it seems to be there, gives it a short time to prove it.
   */
  wake(): void {
    this.#wokenAt = this.#options.clock.now();
    if (this.#cable.state === 'connected') this.#listenFor(PROBE_MS);
    else this.reconnectNow();
  }

  dispose(): void {
    for (const unbind of this.#unbind) unbind();
    this.#stopListening();
    this.#stopReconnect();
  }

  #heard(): void {
    // Every frame comes through here; the timer is only moved when it fires.
    this.#silenceEndsAt = this.#options.clock.now() + SILENCE_MS;
    if (this.#cancelSilence === undefined) this.#armSilence(SILENCE_MS);
  }

  #listenFor(milliseconds: number): void {
    this.#stopListening();
    this.#silenceEndsAt = this.#options.clock.now() + milliseconds;
    this.#armSilence(milliseconds);
  }

  #armSilence(milliseconds: number): void {
    this.#cancelSilence = this.#options.clock.after(milliseconds, () => {
      this.#cancelSilence = undefined;
      const left = this.#silenceEndsAt - this.#options.clock.now();
      if (left > 0) this.#armSilence(left);
      else this.#options.stale();
    });
  }

  #stopListening(): void {
    this.#cancelSilence?.();
    this.#cancelSilence = undefined;
  }

  #planReconnect(reason: ReasonError | undefined): void {
    this.#stopReconnect();
    const { clock, random } = this.#options;
    const isAwaited = this.#attempt === 0 && clock.now() - this.#wokenAt < WAKE_MS;
    const delay = isAwaited ? 0 : reconnectDelay(this.#attempt, random, reason?.reason);
    this.#attempt++;
    this.#cancelReconnect = clock.after(delay, () => {
      this.#cancelReconnect = undefined;
      this.connect();
    });
  }

  #stopReconnect(): void {
    this.#cancelReconnect?.();
    this.#cancelReconnect = undefined;
  }
}
