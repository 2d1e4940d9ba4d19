/**
 * An element's lifecycle ↔ its share in a session. Acquires when the element is in the page, acquires anew when its
 * configuration changed (the new session first, so that what both share is not torn down between), and releases when the
 * element leaves.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { ConversationView } from '../conversation/view.js';
import { ConfigurationError } from '../errors.js';
import type { ChatSession, ChatSessionEvents, SessionLease } from './chat-session.js';
import { isTurboPreview } from './turbo-preview.js';

export interface SessionControllerOptions {
  /** Called before an update. Throws a ConfigurationError if the element's attributes cannot work. */
  readonly acquire: () => SessionLease;
  readonly onEvent: <Name extends keyof ChatSessionEvents>(name: Name, detail: ChatSessionEvents[Name]) => void;
  /** Once for each new mistake. Called after the update that shows it. */
  readonly onConfigurationError: (error: ConfigurationError) => void;
}

const EVENTS = [
  'start',
  'chunk',
  'complete',
  'error',
  'connection',
  'progress',
  'frame',
] as const satisfies readonly (keyof ChatSessionEvents)[];

export class SessionController implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #options: SessionControllerOptions;
  #connected = false;
  #stale = true;
  #lease: SessionLease | undefined;
  #subscriptions: (() => void)[] = [];
  #error: ConfigurationError | undefined;
  #unreported: ConfigurationError | undefined;

  constructor(host: ReactiveControllerHost, options: SessionControllerOptions) {
    this.#host = host;
    this.#options = options;
    host.addController(this);
  }

  get session(): ChatSession | undefined {
    return this.#lease?.session;
  }

  get view(): ConversationView | undefined {
    return this.#lease?.session.view;
  }

  /** Why there is no session, if an attribute is wrong. */
  get error(): ConfigurationError | undefined {
    return this.#error;
  }

  /** The configuration changed: the next update takes a session that fits it. To be called from `willUpdate`. */
  invalidate(): void {
    this.#stale = true;
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

  #replace(next: SessionLease | undefined): void {
    const previous = this.#lease;
    for (const end of this.#subscriptions) end();
    this.#lease = next;
    this.#subscriptions = next === undefined ? [] : this.#listen(next.session);
    previous?.release();
  }

  #listen(session: ChatSession): (() => void)[] {
    return [
      session.subscribe(() => this.#host.requestUpdate()),
      ...EVENTS.map((name) => session.on(name, (detail) => this.#options.onEvent(name, detail))),
    ];
  }
}
