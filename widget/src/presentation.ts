import type { ConversationView } from './conversation/view.js';
import { StorageError } from './errors.js';
import { announceView, type SessionEmitter } from './page-notices.js';
import { presentView, type Presented } from './present.js';
import type { DisconnectReason } from './transport/transport.js';

/** What is on the screen. The page hears of what changed in it as events, and of the change itself once for many. */
export class Presentation {
  readonly #events: SessionEmitter;
  readonly #present: () => Presented;
  #view: ConversationView;
  #notifyPlanned = false;
  #toldVolatile = false;

  constructor(events: SessionEmitter, present: () => Presented) {
    this.#events = events;
    this.#present = present;
    this.#view = presentView(undefined, present());
  }

  get view(): ConversationView {
    return this.#view;
  }

  /** Something changed; `reason`: why the connection is not there, where that is what changed. */
  refresh(reason?: DisconnectReason): void {
    const before = this.#view;
    const view = presentView(before, this.#present());
    if (view === before) return;
    this.#view = view;
    announceView(this.#events, before, view, reason);
    if (view.outboxIsVolatile && !this.#toldVolatile) {
      this.#toldVolatile = true;
      this.#events.emit('error', { error: new StorageError() });
    }
    if (this.#notifyPlanned) return;
    this.#notifyPlanned = true;
    queueMicrotask(() => {
      this.#notifyPlanned = false;
      this.#events.emit('change', undefined);
    });
  }
}
