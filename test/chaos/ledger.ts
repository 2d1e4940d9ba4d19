import { isFinal } from '../../widget/src/protocol/frames.js';
import type { Tab } from './tab.js';
import type { Truth } from './truth.js';
import { threadOf } from './truth.js';

export const FAULTS = [
  'loss',
  'duplication',
  'reordering',
  'delay',
  'cut',
  'black hole',
  'server restart',
  'history overrun',
  'reload',
  'job death',
] as const;

export type Fault = (typeof FAULTS)[number];

/** What a fault did, and what became of it. */
export interface FaultCount {
  /** Times that it was let loose. */
  injected: number;
  /** What it hit: messages, connections, pages, answers. */
  hits: number;
  /** Clients that it struck. */
  struck: number;
  /** Of these, how many had everything again that the server had when it was over. */
  recovered: number;
  /** Virtual milliseconds from its end to there. */
  readonly times: number[];
}

interface Mark {
  readonly fault: Fault;
  readonly tab: Tab;
  readonly since: number;
  /** What the server had when the fault was over: bytes (or UTF-16 units, no less strict) by message. */
  readonly goal: readonly { readonly id: string; readonly length: number; readonly isFinal: boolean }[];
}

export type FaultCounts = Readonly<Record<Fault, FaultCount>>;

export function emptyCounts(): FaultCounts {
  return Object.fromEntries(
    FAULTS.map((fault) => [fault, { injected: 0, hits: 0, struck: 0, recovered: 0, times: [] as number[] }]),
  ) as unknown as FaultCounts;
}

/** Counts faults, and watches every client that was struck by one until it has caught up. */
export class Ledger {
  readonly counts = emptyCounts();
  readonly #truth: Truth;
  readonly #now: () => number;
  #marks: Mark[] = [];

  constructor(truth: Truth, now: () => number) {
    this.#truth = truth;
    this.#now = now;
  }

  injected(fault: Fault): void {
    this.counts[fault].injected++;
  }

  hit(fault: Fault, times = 1): void {
    this.counts[fault].hits += times;
  }

  /** The fault is over for this tab; from here on it is to recover. */
  ended(fault: Fault, tab: Tab): void {
    this.counts[fault].struck++;
    const thread = threadOf(this.#truth.rows()).filter(({ role }) => role === 'assistant');
    const goal = thread.map(({ id, status }) => ({
      id,
      length: this.#truth.textOf(id).length,
      isFinal: isFinal(status),
    }));
    this.#marks.push({ fault, tab, since: this.#now(), goal });
  }

  /** The tab's view has changed. */
  looked(tab: Tab): void {
    if (!this.#marks.some((mark) => mark.tab === tab)) return;
    this.#marks = this.#marks.filter((mark) => {
      if (mark.tab !== tab || !this.#isReached(mark)) return true;
      const count = this.counts[mark.fault];
      count.recovered++;
      count.times.push(this.#now() - mark.since);
      return false;
    });
  }

  #isReached({ tab, goal }: Mark): boolean {
    const { view } = tab;
    if (view === undefined || view.connection !== 'live') return false;
    const behind = goal.filter(({ id, length, isFinal: isOver }) => {
      const shown = view.messages.find((message) => message.id === id);
      if (shown === undefined) return true;
      return shown.text.length < length || (isOver && !isFinal(shown.status));
    });
    if (behind.length === 0) return true;
    // What has left the thread (an edit, another answer), or is on a page that is not loaded, is no goal any more.
    const thread = new Set(threadOf(this.#truth.rows()).map(({ id }) => id));
    return behind.every(({ id }) => {
      const isShown = view.messages.some((message) => message.id === id);
      return !isShown && (!thread.has(id) || view.hasEarlier);
    });
  }
}
