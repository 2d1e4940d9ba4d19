/** Keeps what it is given, and lets a test wait for what is to come. */
export class Recorder<Item> {
  readonly items: Item[] = [];
  readonly #waiting = new Set<() => void>();

  push(item: Item): void {
    this.items.push(item);
    for (const check of [...this.#waiting]) check();
  }

  /** The first item, past or future, that `accepts`. */
  until(accepts: (item: Item) => boolean): Promise<Item> {
    return new Promise((resolve) => {
      const check = (): void => {
        const found = this.items.find(accepts);
        if (found === undefined) return;
        this.#waiting.delete(check);
        resolve(found);
      };
      this.#waiting.add(check);
      check();
    });
  }
}

/** Lets the event loop turn until `condition` holds: for what leaves no trace to wait for. Fails after many turns. */
export async function turnUntil(condition: () => boolean, what: string): Promise<void> {
  for (let turn = 0; turn < 10_000; turn += 1) {
    if (condition()) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error(`it never came to: ${what}`);
}
