/**
 * An element's lifecycle ↔ its share in a list of who is here. Acquires when the element is in the page, acquires anew when
 * its configuration or its chat changed (the new list first, so that what both share is not torn down between), and releases
 * when the element leaves.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { ConfigurationError } from '../errors.js';
import type { PresenceChange, PresenceMember } from '../presence/reduce.js';
import type { PresenceView } from '../presence/tracker.js';
import type { PresenceLease } from '../presence-pool.js';
import type { PresenceSession, PresenceSessionEvents } from '../presence-session.js';
import { isTurboPreview } from './turbo-preview.js';

export interface PresenceControllerOptions {
  /** Called before an update. Undefined: not yet. Throws a ConfigurationError if the element's attributes cannot work. */
  readonly acquire: () => PresenceLease | undefined;
  readonly onMember: (change: PresenceChange) => void;
  readonly onChange: () => void;
  readonly onProblem: (error: PresenceSessionEvents['problem']) => void;
  /** Once for each new mistake. Called after the update that shows it. */
  readonly onConfigurationError: (error: ConfigurationError) => void;
}

export class PresenceController implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #options: PresenceControllerOptions;
  #connected = false;
  #stale = true;
  #lease: PresenceLease | undefined;
  /** By this lease. */
  #claimed: PresenceMember | undefined;
  #subscriptions: (() => void)[] = [];
  #told: PresenceSessionEvents['problem'] | undefined;
  #error: ConfigurationError | undefined;
  #unreported: ConfigurationError | undefined;

  constructor(host: ReactiveControllerHost, options: PresenceControllerOptions) {
    this.#host = host;
    this.#options = options;
    host.addController(this);
  }

  get presence(): PresenceSession | undefined {
    return this.#lease?.presence;
  }

  get view(): PresenceView | undefined {
    return this.#lease?.presence.view;
  }

  /** Why there is no list, if an attribute is wrong. */
  get error(): ConfigurationError | undefined {
    return this.#error;
  }

  /** What the list is made of changed: the next update takes one that fits. */
  invalidate(): void {
    this.#stale = true;
  }

  /** Puts this visitor on the list, or takes them off. */
  claim(member: PresenceMember | undefined): void {
    const before = this.#claimed;
    if (before?.id === member?.id && before?.info === member?.info) return;
    this.#claimed = member;
    this.#lease?.claim(member);
  }

  hostConnected(): void {
    this.#connected = true;
    this.#stale = true;
    this.#host.requestUpdate();
  }

  hostDisconnected(): void {
    this.#connected = false;
    this.#replace(undefined);
  }

  hostUpdate(): void {
    if (!this.#stale || !this.#connected || isTurboPreview()) return;
    this.#stale = false;
    try {
      this.#replace(this.#options.acquire());
      this.#error = undefined;
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      this.#replace(undefined);
      const known = this.#error?.attribute === error.attribute && this.#error.message === error.message;
      if (!known) this.#unreported = error;
      this.#error = error;
    }
  }

  hostUpdated(): void {
    const error = this.#unreported;
    this.#unreported = undefined;
    if (error) this.#options.onConfigurationError(error);
  }

  #replace(next: PresenceLease | undefined): void {
    const previous = this.#lease;
    for (const end of this.#subscriptions) end();
    this.#lease = next;
    this.#claimed = undefined;
    this.#subscriptions = next === undefined ? [] : this.#listen(next.presence);
    previous?.release();
  }

  #listen(presence: PresenceSession): (() => void)[] {
    if (presence.problem !== undefined) this.#tell(presence.problem);
    return [
      presence.on('change', () => {
        this.#host.requestUpdate();
        this.#options.onChange();
      }),
      presence.on('member', (change) => this.#options.onMember(change)),
      presence.on('problem', (error) => this.#tell(error)),
    ];
  }

  /** Once, also to an element that was moved in the page. */
  #tell(problem: PresenceSessionEvents['problem']): void {
    if (problem === this.#told) return;
    this.#told = problem;
    this.#options.onProblem(problem);
  }
}
