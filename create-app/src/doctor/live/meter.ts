/** Counts what comes, and lets others wait for it. */
export class Meter {
  #value = 0;
  #over = false;
  #touched = Date.now();
  readonly #waiters = new Set<() => void>();

  get value(): number {
    return this.#value;
  }

  /** Milliseconds since the last that came. */
  get silence(): number {
    return Date.now() - this.#touched;
  }

  add(): void {
    this.#value += 1;
    this.#touched = Date.now();
    this.#wake();
  }

  /** Nothing more will come. */
  end(): void {
    this.#over = true;
    this.#wake();
  }

  /** @returns whether so much has come; false when it is over before */
  async reached(value: number): Promise<boolean> {
    while (this.#value < value && !this.#over) {
      await new Promise<void>((resolve) => {
        this.#waiters.add(resolve);
      });
    }
    return this.#value >= value;
  }

  #wake(): void {
    for (const resolve of this.#waiters) resolve();
    this.#waiters.clear();
  }
}
