import { Emitter } from './emitter.js';
import type { PresenceChange, PresenceMember } from './presence/reduce.js';
import { PresenceTracker, type PresenceTrackerPorts, type PresenceView } from './presence/tracker.js';

/** What an element hears of who is here. */
export interface PresenceSessionEvents {
  /** The view is another one. */
  change: undefined;
  /** Somebody came or left; the view tells it already. */
  member: PresenceChange;
  /** A PresenceError `unsupported`, or a TransportError `rejected` or `unauthorized`. */
  problem: Parameters<PresenceTrackerPorts['problem']>[0];
}

type OwnPorts = 'viewChanged' | 'memberChanged' | 'problem';

export interface PresenceSessionPorts extends Omit<PresenceTrackerPorts, OwnPorts> {
  /** Calls back when the page comes back to life; the result ends it. */
  readonly onWake: (callback: () => void) => () => void;
  readonly log: (message: string) => void;
}

/** One list of who is here, for however many elements: one subscription, and one place on the list. */
export class PresenceSession {
  readonly #ports: PresenceSessionPorts;
  readonly #events = new Emitter<PresenceSessionEvents>();
  readonly #tracker: PresenceTracker;
  /** Who says that this visitor is here, and as whom; the newest at the end. */
  readonly #claims = new Map<object, PresenceMember>();
  #problem: PresenceSessionEvents['problem'] | undefined;
  #endWake: (() => void) | undefined;

  constructor(ports: PresenceSessionPorts) {
    this.#ports = ports;
    this.#tracker = new PresenceTracker({
      ...ports,
      viewChanged: ({ status }) => {
        if (status === 'live') this.#problem = undefined;
        this.#events.emit('change', undefined);
      },
      memberChanged: (change) => this.#events.emit('member', change),
      problem: (error) => {
        this.#problem = error;
        ports.log(`cable-presence: ${error.message}`);
        this.#events.emit('problem', error);
      },
    });
  }

  /** @throws whatever the transport throws */
  start(): void {
    this.#tracker.start();
    this.#endWake = this.#ports.onWake(() => this.#tracker.wake());
  }

  get view(): PresenceView {
    return this.#tracker.view;
  }

  /** What was told and is not over, for whoever came too late to hear it. */
  get problem(): PresenceSessionEvents['problem'] | undefined {
    return this.#problem;
  }

  on<E extends keyof PresenceSessionEvents>(
    event: E,
    listener: (detail: PresenceSessionEvents[E]) => void,
  ): () => void {
    return this.#events.on(event, listener);
  }

  /** The list, fresh from the server. Rejects with a PresenceError. */
  info(): Promise<ReadonlyMap<string, unknown>> {
    return this.#tracker.info();
  }

  /**
   * `holder` wants this visitor on the list as this member, or (undefined) no longer. A connection has one place on the list,
   * so of several the newest wins.
   */
  claim(holder: object, member: PresenceMember | undefined): void {
    if (this.#claims.get(holder) === member) return;
    this.#claims.delete(holder);
    if (member !== undefined) this.#claims.set(holder, member);
    this.#tracker.setMembership([...this.#claims.values()].at(-1));
  }

  close(): void {
    this.#endWake?.();
    this.#tracker.close();
    this.#events.clear();
  }
}
