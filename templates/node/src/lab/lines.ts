import type { Duplex } from 'node:stream';
import { FaultyLine } from './faulty-line.js';

/** All lines of a server, by the visitor at their other end. */
export class Lines {
  readonly #lines = new Map<string, Set<FaultyLine>>();
  /** Visitors whose lines are slow at the moment. */
  readonly #slow = new Map<string, { readonly delayMs: number; readonly timer: NodeJS.Timeout }>();

  /** What is spoken through instead of the socket. */
  open(user: string, socket: Duplex): Duplex {
    const line = new FaultyLine(socket);
    const theirs = this.#lines.get(user) ?? new Set();
    this.#lines.set(user, theirs.add(line));
    line.slow(this.#slow.get(user)?.delayMs ?? 0);
    line.once('close', () => {
      theirs.delete(line);
      if (theirs.size === 0) this.#lines.delete(user);
    });
    return line;
  }

  /** Swallows everything on the visitor's present lines; the next ones work. Returns how many it hit. */
  blackHole(user: string): number {
    return this.#each(user, (line) => line.blackHole());
  }

  /** Delays everything on the visitor's lines, new ones too, for a while. Milliseconds. Returns how many it hit. */
  slow(user: string, delayMs: number, forMs: number): number {
    clearTimeout(this.#slow.get(user)?.timer);
    const timer = setTimeout(() => {
      this.#slow.delete(user);
      this.#each(user, (line) => line.slow(0));
    }, forMs);
    this.#slow.set(user, { delayMs, timer });
    return this.#each(user, (line) => line.slow(delayMs));
  }

  /** The server closes: holes end at once, as their goodbye would wait for nothing, and nobody is slow any more. */
  close(): void {
    for (const { timer } of this.#slow.values()) clearTimeout(timer);
    this.#slow.clear();
    for (const user of this.#lines.keys()) this.#each(user, (line) => (line.isHole ? line.destroy() : line.slow(0)));
  }

  #each(user: string, spoil: (line: FaultyLine) => unknown): number {
    const theirs = [...(this.#lines.get(user) ?? [])];
    for (const line of theirs) spoil(line);
    return theirs.length;
  }
}
