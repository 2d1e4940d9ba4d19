/**
 * Whose command is next. Most of what a command does is synchronous (the database is), so a client that sends a thousand
 * of them at once would otherwise keep the process from everything else until the last: from other sockets, from timers,
 * from its own next frame. Here one command begins in each round of the event loop, whoever waits.
 *
 * Users take turns, not connections: a second connection buys nobody a second share.
 */
export class TurnQueue {
  /** In the order of their turns; each with its connections in the order in which they asked. */
  readonly #waiting = new Map<string, (() => void)[]>();
  #scheduled = false;

  /** Resolves when it is this user's turn, in a later round of the event loop. Never rejects, and always resolves. */
  next(user: string): Promise<void> {
    return new Promise((resolve) => {
      const theirs = this.#waiting.get(user);
      if (theirs === undefined) this.#waiting.set(user, [resolve]);
      else theirs.push(resolve);
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    // Not a microtask: between two rounds the event loop looks after its sockets and timers.
    setImmediate(() => {
      this.#scheduled = false;
      this.#give();
      if (this.#waiting.size > 0) this.#schedule();
    });
  }

  #give(): void {
    for (const [user, theirs] of this.#waiting) {
      this.#waiting.delete(user);
      const resolve = theirs.shift();
      if (theirs.length > 0) this.#waiting.set(user, theirs);
      resolve?.();
      return;
    }
  }
}
