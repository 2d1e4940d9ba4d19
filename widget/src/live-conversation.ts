import type { Announcer } from './announcer.js';
import type { Clock } from './clock.js';
import type { PlainAsk } from './conversation/reduce.js';
import { selectThread } from './conversation/select.js';
import { type ConversationState, isUnfinished, speaksProtocol } from './conversation/state.js';
import { ConversationStore } from './conversation/store.js';
import { ProtocolError } from './errors.js';
import { type DropLog, newAnnouncer, type SessionEmitter } from './page-notices.js';
import type { Frame } from './protocol/frames.js';
import type { SessionStatistics } from './statistics.js';

export interface LiveConversationPorts {
  readonly clock: Clock;
  readonly events: SessionEmitter;
  readonly stats: SessionStatistics;
  readonly drops: DropLog;
  readonly stateChanged: (state: ConversationState) => void;
}

/** So long a plain backend's answer may be silent before the next question is let through. */
const PLAIN_PATIENCE_MS = 20_000;

/** The conversation that is on the screen: frames change it, and the page is told what that did to its answers. */
export class LiveConversation {
  readonly #ports: LiveConversationPorts;
  #announcer: Announcer;
  #store: ConversationStore;
  /** Until when an answer of a plain backend is waited for, in milliseconds since the epoch. */
  #plainPatienceEnds = 0;

  constructor(id: string, ports: LiveConversationPorts) {
    this.#ports = ports;
    this.#announcer = newAnnouncer(ports.events);
    this.#store = this.#newStore(id);
  }

  get state(): ConversationState {
    return this.#store.state;
  }

  /** Another conversation begins here; nothing of the one before stays. */
  switchTo(id: string): void {
    this.#announcer = newAnnouncer(this.#ports.events);
    this.#store = this.#newStore(id);
  }

  /** This page has asked it: the answer is news, whenever it comes. */
  asked(clientId: string): void {
    this.#announcer.asked(clientId);
  }

  fold(frame: Frame | PlainAsk): void {
    const { clock, stats, drops } = this.#ports;
    const before = this.#store.state;
    const notes = this.#store.apply(frame);
    if (frame.type.startsWith('plain-')) this.#plainPatienceEnds = clock.now() + PLAIN_PATIENCE_MS;
    stats.folded(frame, notes, before, this.#store.state);
    for (const note of notes) {
      if (note.kind !== 'contradiction') continue;
      const message = `Answer ${note.messageId}: ${note.detail}. It is fetched again.`;
      drops.dropped(new ProtocolError('contradiction', message));
    }
  }

  /** The next question has to wait. */
  isAnswerOpen(): boolean {
    const last = selectThread(this.#store.state).at(-1);
    if (last === undefined) return false;
    if (speaksProtocol(this.#store.state)) return isUnfinished(last);
    // A plain backend's frames do not say what they belong to, so a question waits for the answer before it; but one that
    // says nothing any more must not keep the visitor from asking on.
    const isAwaited = last.role === 'user' || isUnfinished(last);
    return isAwaited && this.#ports.clock.now() < this.#plainPatienceEnds;
  }

  /** Whatever a plain backend was about to say went with the connection. */
  disconnected(): void {
    this.#plainPatienceEnds = 0;
  }

  #newStore(id: string): ConversationStore {
    return new ConversationStore(id, (before, after) => {
      this.#announcer.stateChanged(before, after);
      this.#ports.stateChanged(after);
    });
  }
}
