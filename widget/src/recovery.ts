import type { Clock, Random } from './clock.js';

/** Milliseconds. What `resume` is sent for, and how patiently. */
const TIMES = {
  /** A hole may close by itself: pieces overtake each other. */
  grace: 300,
  /** An answer to `resume` that has not come by then was lost. */
  answer: 4_000,
  /** An open answer that says nothing for this long may have gone on without us. */
  silence: 12_000,
  /** A visible idle tab looks now and then. */
  idle: 240_000,
  cap: 60_000,
} as const;

/** So many resumes in a row without an answer, on a connection that seems to be there: it is the subscription. */
const MOST_UNANSWERED = 3;

export interface RecoveryPorts {
  readonly clock: Clock;
  readonly random: Random;
  /** Hands a `resume` to the transport. Rejects where there is no connection. */
  readonly sendResume: () => Promise<void>;
  /** True where the client knows that something is missing. */
  readonly isIncomplete: () => boolean;
  /** True while an answer is queued or streaming. */
  readonly isAnswerOpen: () => boolean;
  /** True once the backend has said that it knows the protocol. */
  readonly isProtocolKnown: () => boolean;
  /** The server answers on the connection, but not on this subscription. */
  readonly renewSubscription: () => void;
  /** An open answer has been silent for long, or no longer is. */
  readonly stalled: (stalled: boolean) => void;
}

/**
 * Decides when `resume` is sent: at once after every connect; after a short grace when something is missing; when an
 * open answer has gone silent; now and then from an idle tab; again while the answer does not come. Everything that
 * repeats backs off with jitter, so that a thousand clients of a restarted server do not stampede.
 */
export class Recovery {
  readonly #ports: RecoveryPorts;
  #live = false;
  #waitingForAnswer = false;
  /** Resumes in a row that were not answered, or were answered and left something missing. */
  #fruitless = 0;
  #unanswered = 0;
  #cancelPlanned: (() => void) | undefined;
  #cancelWatchdog: (() => void) | undefined;
  /** Times in a row that an open answer was silent for its whole patience. */
  #silences = 0;

  constructor(ports: RecoveryPorts) {
    this.#ports = ports;
  }

  connected(): void {
    this.#live = true;
    this.#fruitless = 0;
    this.#unanswered = 0;
    this.#waitingForAnswer = false;
    this.resumeNow();
  }

  disconnected(): void {
    this.#live = false;
    this.#waitingForAnswer = false;
    this.#cancelPlanned?.();
    this.#cancelPlanned = undefined;
    this.#cancelWatchdog?.();
    this.#cancelWatchdog = undefined;
    this.#setSilences(0);
  }

  /** Something happened that makes it likely that we are behind (a wake, lost history). */
  resumeNow(): void {
    if (!this.#live || this.#waitingForAnswer) return;
    this.#plan(0);
  }

  /** A frame of this conversation arrived and was folded in; `isProgress`: it changed a message. */
  frameReceived(frame: {
    readonly answersResume: boolean;
    readonly more: boolean;
    readonly isProgress: boolean;
  }): void {
    if (!this.#live) return;
    if (frame.isProgress) this.#setSilences(0);
    if (frame.answersResume) this.#answered(frame.more);
    if (!this.#ports.isIncomplete()) {
      if (!frame.more) this.#fruitless = 0;
    } else if (this.#cancelPlanned === undefined) {
      this.#plan(this.#backoff(TIMES.grace), () => this.#ports.isIncomplete());
    }
    if (frame.isProgress || frame.answersResume) this.#watch();
  }

  #answered(more: boolean): void {
    this.#waitingForAnswer = false;
    this.#unanswered = 0;
    this.#cancelPlanned?.();
    this.#cancelPlanned = undefined;
    if (more) {
      // While the server has more, every answer is progress.
      this.#fruitless = 0;
      this.#plan(0);
    } else if (this.#ports.isIncomplete()) {
      this.#fruitless++;
    }
  }

  #plan(delay: number, isStillNeeded: () => boolean = () => true): void {
    this.#cancelPlanned?.();
    this.#cancelPlanned = this.#ports.clock.after(delay, () => {
      this.#cancelPlanned = undefined;
      if (this.#live && isStillNeeded()) this.#send();
    });
  }

  #send(): void {
    this.#waitingForAnswer = true;
    this.#ports.sendResume().catch(() => {
      // No connection: the next one resumes by itself.
    });
    // Replaced by the answer; without one, the question is asked again.
    this.#plan(this.#backoff(TIMES.answer), () => {
      this.#fruitless++;
      this.#unanswered++;
      if (this.#unanswered % MOST_UNANSWERED !== 0) return true;
      // A plain backend is left alone after a while; the next connection tries again.
      if (!this.#ports.isProtocolKnown()) return this.#unanswered < MOST_UNANSWERED * 3;
      this.#ports.renewSubscription();
      return this.#live;
    });
    this.#watch();
  }

  #watch(): void {
    this.#cancelWatchdog?.();
    const open = this.#ports.isAnswerOpen();
    const base = open ? Math.min(TIMES.cap, TIMES.silence * 2 ** this.#silences) : TIMES.idle;
    this.#cancelWatchdog = this.#ports.clock.after(this.#jitter(base), () => {
      this.#cancelWatchdog = undefined;
      if (!this.#live) return;
      if (this.#ports.isAnswerOpen()) this.#setSilences(this.#silences + 1);
      this.resumeNow();
      this.#watch();
    });
  }

  #setSilences(silences: number): void {
    const was = this.#silences > 0;
    this.#silences = silences;
    if (was !== silences > 0) this.#ports.stalled(silences > 0);
  }

  #backoff(base: number): number {
    return this.#jitter(Math.min(TIMES.cap, base * 2 ** this.#fruitless));
  }

  /** ± 25 %. */
  #jitter(base: number): number {
    return base * (0.75 + this.#ports.random() / 2);
  }
}
