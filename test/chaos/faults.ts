import type { Cable } from './cable.js';
import type { Chance } from './chance.js';
import type { Fleet } from './fleet.js';
import { type Fault, FAULTS, type Ledger } from './ledger.js';
import { fairWeather } from './link.js';
import type { Tab } from './tab.js';
import type { Scope } from './timeline.js';
import type { Visitor } from './visitor.js';

export interface FaultParts {
  /** The schedule's own time, which nothing stops. */
  readonly clock: Scope;
  readonly chance: Chance;
  readonly cable: Cable;
  readonly fleet: Fleet;
  readonly tabs: readonly Tab[];
  readonly visitor: Visitor;
  readonly ledger: Ledger;
  readonly leaseMs: number;
  readonly trace: (line: string) => void;
}

/** The ten faults, let loose at random moments; after `stop()` the world is a fair one again. */
export class FaultSchedule {
  readonly #parts: FaultParts;
  #isOn = true;
  #dropsBroadcasts = false;

  constructor(parts: FaultParts) {
    this.#parts = parts;
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  /** `first` happens in any case, and early; the others are drawn. Returns when nothing more is planned, in milliseconds. */
  plan(first: Fault): number {
    const { chance, clock } = this.#parts;
    let at = chance.between(200, 4_000);
    clock.after(at, () => this.#inject(first));
    for (let more = chance.between(3, 9); more > 0; more--) {
      at += chance.between(200, 9_000);
      clock.after(at, () => this.#inject(chance.pick(FAULTS)));
    }
    return at;
  }

  /** A broadcast that its publisher loses reaches nobody, and no history. */
  losesBroadcast(): boolean {
    const lost = this.#dropsBroadcasts && this.#parts.chance.is(0.1);
    if (lost) this.#parts.ledger.hit('loss');
    return lost;
  }

  /** What is under way ends now, and nothing more begins. */
  stop(): void {
    const { tabs, fleet, trace, clock } = this.#parts;
    trace('--- the faults are over');
    this.#isOn = false;
    clock.stop();
    this.#dropsBroadcasts = false;
    fleet.restore();
    for (const tab of tabs) {
      Object.assign(tab.weather, fairWeather());
      if (tab.isVisited) tab.open();
    }
  }

  #inject(fault: Fault): void {
    const { chance, tabs, ledger, trace } = this.#parts;
    if (!this.#isOn) return;
    const tab = chance.pick(tabs as readonly [Tab, ...Tab[]]);
    trace(`fault: ${fault} (${tab.name})`);
    ledger.injected(fault);
    switch (fault) {
      case 'loss':
        if (chance.is(0.3)) this.#loseBroadcasts();
        else this.#weather(fault, tab, { loss: chance.pick([0.05, 0.3, 0.8] as const) });
        return;
      case 'duplication':
        this.#weather(fault, tab, { duplication: chance.pick([0.1, 0.5, 1] as const) });
        return;
      case 'reordering':
        this.#weather(fault, tab, { reordering: chance.between(20, 2_000) });
        return;
      case 'delay':
        this.#weather(fault, tab, { delay: chance.between(100, 5_000) });
        return;
      case 'cut':
        this.#cut(tab);
        return;
      case 'black hole':
        this.#blackHole(tab);
        return;
      case 'server restart':
        this.#restart();
        return;
      case 'history overrun':
        this.#overrun(tab);
        return;
      case 'reload':
        this.#reload(tab);
        return;
      case 'job death':
        this.#jobDeath();
    }
  }

  #weather(fault: Fault, tab: Tab, change: Partial<Tab['weather']>): void {
    const { clock, chance, ledger } = this.#parts;
    Object.assign(tab.weather, change);
    clock.after(chance.between(300, 8_000), () => {
      for (const name of Object.keys(change)) Object.assign(tab.weather, { [name]: 0 });
      ledger.ended(fault, tab);
    });
  }

  #loseBroadcasts(): void {
    const { clock, chance, ledger, tabs } = this.#parts;
    this.#dropsBroadcasts = true;
    clock.after(chance.between(300, 5_000), () => {
      this.#dropsBroadcasts = false;
      for (const tab of tabs) ledger.ended('loss', tab);
    });
  }

  #cut(tab: Tab): void {
    const { clock, chance, ledger } = this.#parts;
    ledger.hit('cut', tab.cut());
    const outage = chance.pick([0, 0, 2_000, chance.between(100, 12_000)] as const);
    tab.weather.refused = outage > 0;
    // Sometimes it breaks again as soon as it is there.
    if (chance.is(0.3)) clock.after(outage + chance.between(100, 1_500), () => ledger.hit('cut', tab.cut()));
    clock.after(outage, () => {
      tab.weather.refused = false;
      ledger.ended('cut', tab);
    });
  }

  #blackHole(tab: Tab): void {
    const { clock, chance, ledger } = this.#parts;
    tab.weather.blackHole = true;
    clock.after(chance.between(500, 15_000), () => {
      tab.weather.blackHole = false;
      ledger.ended('black hole', tab);
    });
  }

  /** The whole server, or the broker alone; in good order, or by SIGKILL. */
  #restart(): void {
    const { clock, chance, cable, fleet, tabs, ledger } = this.#parts;
    ledger.hit('server restart', tabs.length);
    for (const tab of tabs) tab.weather.refused = true;
    const how = chance.next();
    if (how < 0.4) fleet.shutDown();
    else if (how < 0.8) fleet.killAll();
    // A shutdown has its last word on the old connections.
    clock.after(0, () => cable.restart());
    clock.after(chance.between(100, 6_000), () => {
      fleet.restore();
      for (const tab of tabs) {
        tab.weather.refused = false;
        ledger.ended('server restart', tab);
      }
    });
  }

  /** Away for longer than the broker remembers. */
  #overrun(tab: Tab): void {
    const { clock, cable, ledger } = this.#parts;
    const until = cable.published + cable.historyLimit + 5;
    const giveUp = clock.now() + 20_000;
    tab.cut();
    tab.weather.refused = true;
    const look = (): void => {
      if (cable.published < until && clock.now() < giveUp) {
        clock.after(250, look);
        return;
      }
      tab.weather.refused = false;
      ledger.ended('history overrun', tab);
    };
    look();
  }

  #reload(tab: Tab): void {
    const { clock, chance, ledger, visitor } = this.#parts;
    if (!tab.isVisited) return;
    ledger.hit('reload');
    visitor.pageCloses(tab);
    tab.close({ orderly: chance.is(0.5) });
    clock.after(chance.between(20, 1_500), () => {
      tab.open();
      ledger.ended('reload', tab);
    });
  }

  /** Of an answer that is being written, where there is one. */
  #jobDeath(): void {
    const { clock, chance, fleet, tabs, ledger, leaseMs } = this.#parts;
    if (chance.is(0.4)) {
      const isShort = chance.is(0.4);
      const pause = isShort ? chance.between(500, leaseMs * 0.6) : chance.between(leaseMs, leaseMs * 3);
      ledger.hit('job death', fleet.pause(pause, leaseMs));
      clock.after(pause, () => tabs.forEach((tab) => ledger.ended('job death', tab)));
      return;
    }
    ledger.hit('job death', fleet.kill());
    clock.after(chance.between(50, 4_000), () => {
      fleet.restore();
      for (const tab of tabs) ledger.ended('job death', tab);
    });
  }
}
