import type { Chance } from './chance.js';
import type { Scope } from './timeline.js';

/** What the network does to one client at the moment. */
export interface Weather {
  /** Probabilities, for each message by itself. */
  loss: number;
  duplication: number;
  /** Milliseconds: any message may be late by up to this much, and so overtaken. */
  reordering: number;
  /** Milliseconds that everything is late by, in order. */
  delay: number;
  /** Nothing arrives, and nobody is told. */
  blackHole: boolean;
  /** New connections are refused. */
  refused: boolean;
}

export const fairWeather = (): Weather => ({
  loss: 0,
  duplication: 0,
  reordering: 0,
  delay: 0,
  blackHole: false,
  refused: false,
});

/** What became of a message; counted, so that a fault that hits nothing is not taken for one that was survived. */
export type Mishap = 'loss' | 'duplication' | 'reordering' | 'delay' | 'black hole';

export interface LinkEnd {
  /** A text from the other end. */
  received(text: string): void;
  /** The connection was closed or cut; called once, and last. */
  closed(): void;
}

type Direction = 'down' | 'up';

export interface LinkParts {
  /** The network's, which outlives pages and processes. */
  readonly clock: Scope;
  readonly chance: Chance;
  readonly weather: Weather;
  readonly happened: (mishap: Mishap) => void;
}

/**
 * One connection. What TCP promises holds for the frames of the connection itself; chat messages and actions share the
 * fate of what is around it too (publishers, brokers, RPC), so they are also lost, doubled and reordered.
 */
export class Link {
  readonly #parts: LinkParts;
  readonly #ends: Partial<Record<Direction, LinkEnd>> = {};
  readonly #lastArrival: Record<Direction, number> = { down: 0, up: 0 };
  #isOpen = true;
  /** Since when this connection is a black hole. It does not come back, though the network may. */
  #deadSince: number | undefined;

  constructor(parts: LinkParts) {
    this.#parts = parts;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Milliseconds for which nothing has arrived any more; 0 on a live connection. */
  get deadFor(): number {
    this.#look();
    return this.#deadSince === undefined ? 0 : this.#parts.clock.now() - this.#deadSince;
  }

  /** Who receives what goes in this direction. */
  attach(direction: Direction, end: LinkEnd): void {
    this.#ends[direction] = end;
  }

  send(direction: Direction, text: string): void {
    const { chance, weather, happened } = this.#parts;
    if (!this.#isOpen) return;
    this.#look();
    if (this.#deadSince !== undefined) {
      happened('black hole');
      return;
    }
    if (!isMessage(direction, text)) {
      this.#deliver(direction, text, 0);
      return;
    }
    if (chance.is(weather.loss)) {
      happened('loss');
      return;
    }
    if (chance.is(weather.duplication)) {
      happened('duplication');
      this.#deliver(direction, text, chance.between(0, 3_000));
    }
    const lateness = weather.reordering === 0 ? 0 : chance.between(0, weather.reordering);
    if (lateness > 0) happened('reordering');
    this.#deliver(direction, text, lateness);
  }

  /** Ends the connection for both ends; what is on its way is lost. One that is dead tells nobody but its closer. */
  cut(by: Direction | 'network' = 'network'): void {
    if (!this.#isOpen) return;
    this.#look();
    const isDead = this.#deadSince !== undefined;
    this.#isOpen = false;
    for (const direction of ['down', 'up'] as const) {
      const isTold = !isDead || by === 'network' || by === direction;
      if (isTold) this.#ends[direction]?.closed();
    }
  }

  #look(): void {
    if (this.#parts.weather.blackHole) this.#deadSince ??= this.#parts.clock.now();
  }

  #deliver(direction: Direction, text: string, lateness: number): void {
    const { clock, chance, weather, happened } = this.#parts;
    if (weather.delay > 0) happened('delay');
    let arrival = clock.now() + chance.between(1, 30) + weather.delay;
    if (lateness === 0) {
      arrival = Math.max(arrival, this.#lastArrival[direction]);
      this.#lastArrival[direction] = arrival;
    } else {
      arrival += lateness;
    }
    clock.after(arrival - clock.now(), () => {
      this.#look();
      if (!this.#isOpen) return;
      if (this.#deadSince === undefined) this.#ends[direction]?.received(text);
      else happened('black hole');
    });
  }
}

function isMessage(direction: Direction, text: string): boolean {
  return text.startsWith(direction === 'down' ? '{"identifier":' : '{"command":"message"');
}
