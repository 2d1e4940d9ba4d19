import { randomFrom } from '../support/seed.js';

/** Everything that a trial draws, from one seed: the same seed is the same trial, event for event. */
export class Chance {
  readonly next: () => number;

  constructor(seed: number) {
    this.next = randomFrom(Math.imul(seed, 2_654_435_761));
  }

  /** True with this probability. */
  is(probability: number): boolean {
    return this.next() < probability;
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  pick<T>(list: readonly [T, ...T[]]): T;
  pick<T>(list: readonly T[]): T | undefined;
  pick<T>(list: readonly T[]): T | undefined {
    return list[Math.floor(this.next() * list.length)];
  }

  /** A UUID; `first` is its first field, eight hex digits, for ids that tell where they come from. */
  uuid(first: string = hex(this.next() * 2 ** 32, 8)): string {
    const middle = hex(this.next() * 2 ** 28, 7);
    return `${first}-${middle.slice(0, 4)}-4${middle.slice(4)}-8${hex(this.next() * 2 ** 12, 3)}-${hex(this.next() * 2 ** 48, 12)}`;
  }
}

export function hex(value: number, digits: number): string {
  return Math.floor(value).toString(16).padStart(digits, '0');
}
