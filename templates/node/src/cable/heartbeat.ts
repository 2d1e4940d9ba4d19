/**
 * A connection's signs of life: `ping` frames, which tell the client that we are there, and WebSocket pings, which tell
 * us that the client is. All timers of one connection; `stop` ends them all.
 */
export interface HeartbeatOptions {
  /** Milliseconds between two `ping` frames; 0: none. */
  readonly pingInterval: number;
  /** Milliseconds of silence after which a peer is gone; 0: never. */
  readonly deadPeerTimeout: number;
}

export interface HeartbeatActions {
  sendPing(): void;
  sendNativePing(): void;
  /** Whether silence means anything now. */
  isListening(): boolean;
  peerLost(): void;
}

/** WebSocket pings in a row without any sign of life. */
const MAX_UNANSWERED = 3;

export class Heartbeat {
  readonly #options: HeartbeatOptions;
  readonly #actions: HeartbeatActions;
  #first: NodeJS.Timeout | undefined;
  #pings: NodeJS.Timeout | undefined;
  #watch: NodeJS.Timeout | undefined;
  #unanswered = 0;

  constructor(options: HeartbeatOptions, actions: HeartbeatActions) {
    this.#options = options;
    this.#actions = actions;
  }

  start(): void {
    const { pingInterval, deadPeerTimeout } = this.#options;
    if (pingInterval > 0) {
      // The first at a random moment, as AnyCable: else all clients of a restarted server are pinged in the same one.
      this.#first = setTimeout(
        () => {
          this.#actions.sendPing();
          this.#pings = setInterval(() => this.#actions.sendPing(), pingInterval);
        },
        pingInterval * (0.5 + Math.random()),
      );
    }
    if (deadPeerTimeout > 0) this.#watch = setInterval(() => this.#check(), deadPeerTimeout / MAX_UNANSWERED);
  }

  /** The peer was heard, by whatever it sent. */
  heard(): void {
    this.#unanswered = 0;
  }

  stop(): void {
    clearTimeout(this.#first);
    clearInterval(this.#pings);
    clearInterval(this.#watch);
  }

  /** Counts pings instead of reading a clock, so that a server that was itself asleep does not blame its clients. */
  #check(): void {
    if (!this.#actions.isListening()) return;
    if (this.#unanswered++ < MAX_UNANSWERED) this.#actions.sendNativePing();
    else this.#actions.peerLost();
  }
}
