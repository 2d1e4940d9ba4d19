import type { ConversationView } from '../../widget/src/conversation/view.js';
import type { Session } from '../../widget/src/session.js';
import type { Chance } from './chance.js';
import { fairWeather, Link, type Mishap, type Weather } from './link.js';
import { PageWatch } from './page-watch.js';
import { type BrowserStorage, openSession } from './ports.js';
import type { Scope, Timeline } from './timeline.js';
import { SimulatedTransport } from './transport.js';
import type { Truth } from './truth.js';
import type { ViolationError } from './verdict.js';

export interface TabParts {
  readonly name: string;
  readonly timeline: Timeline;
  readonly chance: Chance;
  readonly truth: Truth;
  readonly storage: BrowserStorage;
  /** Asked whenever a page opens; undefined: the widget mints or remembers one. */
  readonly conversationId: () => string | undefined;
  /** The connection has arrived at the server. */
  readonly accept: (link: Link, sid: string | undefined) => void;
  readonly happened: (tab: Tab, mishap: Mishap | 'history overrun') => void;
  readonly changed: (tab: Tab) => void;
  readonly violated: (error: ViolationError) => void;
  readonly trace: (line: string) => void;
}

interface Page {
  readonly clock: Scope;
  readonly transport: SimulatedTransport;
  readonly session: Session;
  readonly watch: PageWatch;
  readonly wakers: Set<() => void>;
}

/** One tab of a browser: a page at a time, on a network of its own. */
export class Tab {
  readonly weather: Weather = fairWeather();
  readonly #parts: TabParts;
  readonly #network: Scope;
  #page: Page | undefined;
  /** Which page this is; each reload makes another. */
  #pages = 0;
  #links: Link[] = [];

  constructor(parts: TabParts) {
    this.#parts = parts;
    this.#network = parts.timeline.scope(`network of ${parts.name}`);
  }

  get name(): string {
    return this.#parts.name;
  }

  get storage(): BrowserStorage {
    return this.#parts.storage;
  }

  /** Undefined while no page is open. */
  get session(): Session | undefined {
    return this.#page?.session;
  }

  get view(): ConversationView | undefined {
    return this.#page?.session.view;
  }

  /** The time of the page that is open now: what is planned on it ends with it. */
  get clock(): Scope | undefined {
    return this.#page?.clock;
  }

  /** True once the visitor has come to this tab, also while its page is being loaded again. */
  get isVisited(): boolean {
    return this.#pages > 0;
  }

  open(): void {
    if (this.#page !== undefined) return;
    const { timeline, chance, truth, storage, conversationId, trace } = this.#parts;
    const name = `${this.name}.${++this.#pages}`;
    trace(`${name} opens`);
    const clock = timeline.scope(name);
    const wakers = new Set<() => void>();
    const transport = new SimulatedTransport({
      clock,
      chance,
      dial: (sid) => this.#dial(clock, sid),
      historyRejected: () => {
        trace(`${name}: history rejected`);
        this.#parts.happened(this, 'history overrun');
      },
    });
    const session = openSession({
      clock,
      chance,
      transport,
      storage,
      conversationId: conversationId(),
      onWake: (callback) => {
        wakers.add(callback);
        return () => wakers.delete(callback);
      },
      log: (message) => trace(`${name}: ${message}`),
    });
    const watch = new PageWatch({
      name,
      session,
      truth,
      violated: this.#parts.violated,
      changed: () => this.#parts.changed(this),
    });
    session.on('connection', ({ status }) => trace(`${name}: ${status}`));
    this.#page = { clock, transport, session, watch, wakers };
    session.start();
  }

  /** The page goes: killed with its tab, or closed in good order. Storage is all that stays. */
  close({ orderly }: { readonly orderly: boolean }): void {
    const page = this.#page;
    if (page === undefined) return;
    this.#parts.trace(`${page.clock.name} closes`);
    this.#page = undefined;
    page.watch.stop();
    if (orderly) page.session.close();
    page.clock.stop();
    page.transport.end();
  }

  /** The page was hidden or asleep, and is back. */
  wake(): void {
    for (const waken of [...(this.#page?.wakers ?? [])]) waken();
  }

  /** Every connection of this tab breaks. */
  cut(): number {
    const open = this.#links.filter((link) => link.isOpen);
    for (const link of open) link.cut();
    this.#links = [];
    return open.length;
  }

  #dial(clock: Scope, sid: string | undefined): Link | undefined {
    const { chance, accept } = this.#parts;
    if (this.weather.refused) return undefined;
    const link = new Link({
      clock: this.#network,
      chance,
      weather: this.weather,
      happened: (mishap) => this.#parts.happened(this, mishap),
    });
    this.#links = [...this.#links.filter((other) => other.isOpen), link];
    this.#network.after(chance.between(5, 60) + this.weather.delay, () => {
      if (!link.isOpen || link.deadFor > 0 || this.weather.blackHole) return;
      // Between the page's attempt and now the server may have gone.
      if (this.weather.refused || clock.isStopped) link.cut();
      else accept(link, sid);
    });
    return link;
  }
}
