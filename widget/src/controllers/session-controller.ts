/** An element ↔ its share in a session: what it shows and hears of it. */
import type { ReactiveControllerHost } from 'lit';
import type { ConversationView } from '../conversation/view.js';
import type { ChatSession, ChatSessionEvents, SessionLease } from './chat-session.js';
import { LeaseController, type LeaseControllerOptions } from './lease-controller.js';

export interface SessionControllerOptions extends LeaseControllerOptions<SessionLease> {
  readonly onEvent: <Name extends keyof ChatSessionEvents>(name: Name, detail: ChatSessionEvents[Name]) => void;
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

export class SessionController extends LeaseController<SessionLease> {
  readonly #options: SessionControllerOptions;

  constructor(host: ReactiveControllerHost, options: SessionControllerOptions) {
    super(host, options);
    this.#options = options;
  }

  get session(): ChatSession | undefined {
    return this.lease?.session;
  }

  get view(): ConversationView | undefined {
    return this.lease?.session.view;
  }

  protected override taken(lease: SessionLease | undefined): readonly (() => void)[] {
    if (lease === undefined) return [];
    const { session } = lease;
    return [
      session.subscribe(() => this.host.requestUpdate()),
      ...EVENTS.map((name) => session.on(name, (detail) => this.#options.onEvent(name, detail))),
    ];
  }
}
