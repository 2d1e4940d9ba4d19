import type { ChatOptions } from '../../templates/node/src/chat/options.js';
import type { LogFields, Logger } from '../../templates/node/src/logger.js';
import { Cable } from './cable.js';
import { Chance } from './chance.js';
import { SharedDatabase, storeOn } from './database.js';
import { FaultSchedule } from './faults.js';
import { Fleet } from './fleet.js';
import { Ledger } from './ledger.js';
import { copyOf, newStorage } from './ports.js';
import type { Generation } from './provider.js';
import { Tab } from './tab.js';
import { type Scope, Timeline } from './timeline.js';
import { Truth } from './truth.js';
import { type Violation, type ViolationError, type ViolationKind } from './verdict.js';
import { Visitor } from './visitor.js';

export interface WorldOptions {
  readonly seed: number;
  /** Pieces of the longest answers. */
  readonly chunks: number;
  /** Receives one line an event. */
  readonly trace?: ((line: string) => void) | undefined;
}

const USER = 'ada';
const LEASE_MS = 15_000;

/** Everything of one trial, composed: a database, processes, a cable, three tabs, a visitor, and the faults. */
export class World {
  readonly timeline = new Timeline();
  readonly generations: Generation[] = [];
  readonly truth: Truth;
  readonly fleet: Fleet;
  readonly tabs: readonly Tab[];
  readonly visitor: Visitor;
  readonly ledger: Ledger;
  readonly faults: FaultSchedule;
  /** The schedule's own time: faults and visits, both over with the faults. */
  readonly schedule: Scope;
  readonly #chance: Chance;
  readonly #database = new SharedDatabase();
  readonly #folds: (() => void)[] = [];
  readonly #trace: ((line: string) => void) | undefined;
  #isQuiet = false;
  #violation: Violation | undefined;

  constructor({ seed, chunks, trace }: WorldOptions) {
    const { timeline, generations } = this;
    const chance = new Chance(seed);
    this.#chance = chance;
    this.#trace = trace;
    this.schedule = timeline.scope('schedule');
    const background = timeline.scope('background');
    const store = storeOn(this.#database, {
      appended: (id, content) => this.truth.appended(id, content),
      folding: (id, fold) => {
        if (chance.is(0.5)) {
          fold();
          return;
        }
        this.trace(`the fold of ${id} waits`);
        this.#folds.push(fold);
        background.after(chance.between(10, 3_000), () => this.#folds.shift()?.());
      },
    });
    this.truth = new Truth(store, (work) => this.quietly(work));
    const logger = this.#logger();
    const cable = new Cable({
      timeline,
      channels: {
        AssistantChannel: {
          subscribed: (context) => this.fleet.channel.subscribed(context),
          perform: (context, action, data) => this.fleet.channel.perform(context, action, data),
        },
      },
      history: { ...HISTORY, limit: chance.pick([0, 10, 60, 1_000] as const) },
      sessionTtl: chance.pick([0, 3_000, 300_000] as const),
      logger,
    });
    this.fleet = new Fleet({
      timeline,
      chance,
      store,
      size: chance.between(1, 2),
      kind: chance.pick(['embedded', 'jobs'] as const),
      options: chatOptions(chance),
      generations,
      chunks,
      logger,
      broadcast: (stream, frame) => {
        if (!this.faults.losesBroadcast()) cable.broadcast(stream, { ...frame });
      },
      mayCrash: () => this.faults.isOn && chance.is(0.004),
      trace: (line) => this.trace(line),
    });
    this.ledger = new Ledger(this.truth, () => timeline.now);
    this.tabs = this.#makeTabs(cable);
    const appetite = { asks: chance.between(1, 3), edits: chance.between(0, 1), regenerations: chance.between(0, 1) };
    this.visitor = new Visitor(chance, appetite, (line) => this.trace(line));
    const { schedule, fleet, tabs, visitor, ledger } = this;
    const parts = { chance, cable, fleet, tabs, visitor, ledger, leaseMs: LEASE_MS };
    this.faults = new FaultSchedule({ ...parts, clock: schedule, trace: (line) => this.trace(line) });
    this.#database.interleave = () => this.#interleave();
    this.#open(background);
  }

  /** The first thing that was wrong. */
  get violation(): Violation | undefined {
    return this.#violation;
  }

  report(kind: ViolationKind, detail: string): void {
    this.#violation ??= { kind, detail, at: this.timeline.elapsed };
  }

  trace(line: string): void {
    this.#trace?.(`${String(this.timeline.elapsed).padStart(7)}  ${line}`);
  }

  /** Looks at the database without anybody else getting a word in. */
  quietly<Result>(work: () => Result): Result {
    const before = this.#isQuiet;
    this.#isQuiet = true;
    try {
      return work();
    } finally {
      this.#isQuiet = before;
    }
  }

  /** Folds what waits: whatever is checked then has seen all that the processes do. */
  foldAll(): void {
    this.quietly(() => this.#folds.splice(0).forEach((fold) => fold()));
  }

  end(): void {
    this.#isQuiet = true;
    this.#database.end();
  }

  #makeTabs(cable: Cable): Tab[] {
    const given = this.#chance.is(0.5) ? this.#chance.uuid() : undefined;
    const local = newStorage();
    const make = (name: string, conversationId: () => string | undefined, storage = local): Tab =>
      new Tab({
        name,
        timeline: this.timeline,
        chance: this.#chance,
        truth: this.truth,
        storage: { local: storage, session: newStorage() },
        conversationId,
        accept: (link, sid) => cable.accept(link, { user: USER }, sid),
        happened: (_tab, mishap) => this.ledger.hit(mishap),
        changed: (tab) => this.ledger.looked(tab),
        violated: (error: ViolationError) => this.report(error.kind, error.message),
        trace: (line) => this.trace(line),
      });
    const first = make('tab 1', () => given);
    // Another device knows the conversation from its address, once there is one.
    let address = given;
    const elsewhere = make('device', () => (address ??= first.view?.conversationId), newStorage());
    return [first, make('tab 2', () => given), elsewhere];
  }

  /** The first tab at once, the others when there is something to join; then the visitor goes from tab to tab. */
  #open(background: Scope): void {
    const chance = this.#chance;
    const [first, ...others] = this.tabs as readonly [Tab, ...Tab[]];
    // Some visits begin offline: what is asked then is asked of nobody yet.
    if (chance.is(0.1)) {
      first.weather.refused = true;
      this.schedule.after(chance.between(500, 6_000), () => (first.weather.refused = false));
    }
    first.open();
    this.schedule.after(chance.between(0, 1_500), () => this.visitor.ask(first));
    for (const tab of others) {
      const join = (): void => {
        // Before a hello nothing is remembered, and every page begins a conversation of its own.
        if (first.session?.supports('history') !== true) {
          background.after(200, join);
          return;
        }
        // A duplicated tab begins with a copy of what the other one keeps for itself.
        if (tab.name === 'tab 2' && chance.is(0.5)) {
          for (const [key, value] of copyOf(first.storage.session).items) tab.storage.session.setItem(key, value);
        }
        tab.open();
      };
      background.after(chance.between(0, 6_000), join);
    }
    for (const tab of this.tabs) {
      const visit = (): void => {
        this.visitor.act(tab, tab === first);
        this.schedule.after(chance.between(200, 6_000), visit);
      };
      this.schedule.after(chance.between(1_500, 6_000), visit);
    }
  }

  #interleave(): void {
    if (this.#isQuiet || !this.faults.isOn || !this.#chance.is(0.1)) return;
    this.quietly(() => {
      const fold = this.#chance.is(0.7) ? this.#folds.shift() : undefined;
      if (fold === undefined) this.fleet.interleave();
      else fold();
    });
  }

  /** The server has nothing to complain of in these trials: what it logs as an error is one. */
  #logger(): Logger {
    const tell = (message: string, fields: LogFields = {}): void => {
      if (this.#trace !== undefined) this.trace(`server: ${message} ${JSON.stringify(fields)}`);
    };
    return {
      debug: () => undefined,
      info: tell,
      warn: tell,
      error: (message, { error, ...fields } = {}) => {
        const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
        this.report('broken', `the server logged "${message}" ${JSON.stringify(fields)} ${cause}`);
      },
    };
  }
}

const HISTORY = { ttl: 300_000, bytes: 768 * 1024, totalBytes: 16 * 1024 * 1024 };

function chatOptions(chance: Chance): Partial<ChatOptions> {
  return {
    // Every piece a chunk of its own.
    coalesceMs: 1,
    leaseMs: LEASE_MS,
    messageBytes: 256,
    // A long answer takes several resumes, and a longer thread several pages.
    snapshotBytes: chance.pick([4_096, 64 * 1024] as const),
    pageMessages: chance.pick([3, 6, 30] as const),
    asksPerMinute: chance.pick([2, 20] as const),
  };
}
