import type { Clock } from '../clock.js';

/**
 * Milliseconds between two renewals at least. A connection that flaps would cost a subscription each time; a place on the
 * list is kept for longer (AnyCable: `presence_ttl`, 15 s unless set).
 */
const SPACING = 5_000;

/**
 * When a subscription in a restored session is made anew. Such a session runs none of the server's callbacks, so where the
 * server joins its visitors, it has joined the old session only, and that one's place on the list ends with its time. A new
 * subscription runs them. Before that end it is seen by nobody, as the member never left
 * (https://github.com/anycable/anycable/blob/master/broker/memory.go, `PresenceAdd`); after it, it is a leave and a join. So
 * it is made at once.
 */
export class Renewal {
  readonly #clock: Clock;
  readonly #renew: () => void;
  #last: number | undefined;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, renew: () => void) {
    this.#clock = clock;
    this.#renew = renew;
  }

  plan(): void {
    this.cancel();
    this.#cancel = this.#clock.after(this.#wait(), () => {
      this.#last = this.#clock.now();
      this.#renew();
    });
  }

  cancel(): void {
    this.#cancel?.();
  }

  #wait(): number {
    if (this.#last === undefined) return 0;
    const since = this.#clock.now() - this.#last;
    // A clock that was set back must not put it off.
    return since < 0 ? 0 : Math.max(0, SPACING - since);
  }
}
