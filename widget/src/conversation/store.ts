import type { Frame } from '../protocol/frames.js';
import { type Note, type PlainAsk, reduce } from './reduce.js';
import { type ConversationState, emptyConversation } from './state.js';

/** The one place where a conversation's state changes: only facts get in, by way of the reducer. */
export class ConversationStore {
  #state: ConversationState;
  readonly #changed: (before: ConversationState, after: ConversationState) => void;

  constructor(conversationId: string, changed: (before: ConversationState, after: ConversationState) => void) {
    this.#state = emptyConversation(conversationId);
    this.#changed = changed;
  }

  get state(): ConversationState {
    return this.#state;
  }

  /** Folds one frame in, and returns what it meant besides. */
  apply(frame: Frame | PlainAsk): readonly Note[] {
    const before = this.#state;
    const { state, notes } = reduce(before, frame);
    this.#state = state;
    if (state !== before) this.#changed(before, state);
    return notes;
  }
}
