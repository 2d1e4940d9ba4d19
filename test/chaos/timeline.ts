import type { Clock } from '../../widget/src/clock.js';

interface Moment {
  readonly at: number;
  readonly order: number;
  readonly scope: Scope;
  callback: (() => void) | undefined;
}

/** Begins somewhere in 2023, so that nothing passes by looking like 0. */
const BEGINNING = 1_700_000_000_000;

/**
 * Virtual time for a whole world of pages and processes: a queue of moments, taken one after the other. Nothing in a
 * trial knows another time, so a trial takes as long as its work takes, and two runs of it are the same.
 */
export class Timeline {
  readonly #moments: Moment[] = [];
  #now = BEGINNING;
  #order = 0;
  /** Whose moment it is. */
  current: Scope | undefined;

  get now(): number {
    return this.#now;
  }

  /** Milliseconds since the trial began. */
  get elapsed(): number {
    return this.#now - BEGINNING;
  }

  scope(name: string): Scope {
    return new Scope(this, name);
  }

  /** Runs the next moment. False: there is none, the world stands still. */
  step(): boolean {
    for (let moment = this.#take(); moment !== undefined; moment = this.#take()) {
      const { callback, scope, at } = moment;
      if (callback === undefined || scope.isStopped) continue;
      this.#now = Math.max(this.#now, at);
      if (scope.keep(moment)) continue;
      moment.callback = undefined;
      this.within(scope, callback);
      return true;
    }
    return false;
  }

  /** Runs `work` as this scope's. */
  within(scope: Scope, work: () => void): void {
    this.current = scope;
    work();
  }

  /** Runs the scope's next moment now, if it would come within `milliseconds`: its clock is a little ahead. */
  hurry(scope: Scope, milliseconds: number): void {
    let next: Moment | undefined;
    for (const moment of this.#moments) {
      if (moment.scope !== scope || moment.callback === undefined || moment.at > this.#now + milliseconds) continue;
      if (next === undefined || isBefore(moment, next)) next = moment;
    }
    const callback = next?.callback;
    if (next === undefined || callback === undefined) return;
    next.callback = undefined;
    callback();
  }

  add(scope: Scope, at: number, callback: () => void): () => void {
    const moment: Moment = { at, order: this.#order++, scope, callback };
    this.#moments.push(moment);
    this.#rise(this.#moments.length - 1);
    return () => {
      moment.callback = undefined;
    };
  }

  // A binary heap: a trial plans tens of thousands of moments, and takes most of them back.

  #take(): Moment | undefined {
    const heap = this.#moments;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || first === last) return first;
    heap[0] = last;
    this.#sink(0);
    return first;
  }

  #rise(index: number): void {
    const heap = this.#moments;
    for (let at = index; at > 0;) {
      const parent = (at - 1) >> 1;
      const [upper, lower] = [heap[parent] as Moment, heap[at] as Moment];
      if (isBefore(upper, lower)) return;
      heap[parent] = lower;
      heap[at] = upper;
      at = parent;
    }
  }

  #sink(index: number): void {
    const heap = this.#moments;
    for (let at = index; ;) {
      let first = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < heap.length && isBefore(heap[child] as Moment, heap[first] as Moment)) first = child;
      }
      if (first === at) return;
      const moment = heap[at] as Moment;
      heap[at] = heap[first] as Moment;
      heap[first] = moment;
      at = first;
    }
  }
}

/** The clock of one page or process, which ends with it. */
export class Scope implements Clock {
  readonly #timeline: Timeline;
  readonly #kept: Moment[] = [];
  #state: 'running' | 'paused' | 'stopped' = 'running';

  constructor(
    timeline: Timeline,
    readonly name: string,
  ) {
    this.#timeline = timeline;
  }

  get isStopped(): boolean {
    return this.#state === 'stopped';
  }

  get isPaused(): boolean {
    return this.#state === 'paused';
  }

  now(): number {
    return this.#timeline.now;
  }

  /** In whole milliseconds, as the timers of browsers and Node. */
  after(milliseconds: number, callback: () => void): () => void {
    return this.#timeline.add(this, this.#timeline.now + Math.max(0, Math.trunc(milliseconds)), callback);
  }

  /** The process is killed, the page is gone: nothing of it happens any more. */
  stop(): void {
    this.#state = 'stopped';
    this.#kept.length = 0;
  }

  /** As SIGSTOP: what comes due waits. */
  pause(): void {
    if (this.#state === 'running') this.#state = 'paused';
  }

  /** As SIGCONT: what came due in the meantime happens at once, in its order. */
  continue(): void {
    if (this.#state !== 'paused') return;
    this.#state = 'running';
    for (const { callback } of this.#kept.splice(0)) if (callback !== undefined) this.after(0, callback);
  }

  /** True where the moment waits for the scope to continue. */
  keep(moment: Moment): boolean {
    if (this.#state !== 'paused') return false;
    this.#kept.push(moment);
    return true;
  }
}

function isBefore(a: Moment, b: Moment): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
