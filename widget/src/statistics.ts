import type { Note, PlainAsk } from './conversation/reduce.js';
import type { ConversationState } from './conversation/state.js';
import type { Frame } from './protocol/frames.js';

/** What a session has been through, counted since it began. */
export interface SessionStats {
  /** Messages that the transport delivered. */
  readonly frames: number;
  /** Of these: malformed, or of another conversation. */
  readonly dropped: number;
  /** Texts that were held already. */
  readonly duplicates: number;
  /** Texts that came ahead of a hole. */
  readonly keptAside: number;
  /** Texts or ends that disagreed with what was held. */
  readonly contradictions: number;
  /** `resume` was sent. */
  readonly resumes: number;
  /** Connects after the first. */
  readonly reconnects: number;
  /** UTF-8 bytes of answers under way that came by `resume`: what the connection had lost. */
  readonly recoveredBytes: number;
}

export class SessionStatistics {
  #connects = 0;
  #counts = { frames: 0, dropped: 0, duplicates: 0, keptAside: 0, contradictions: 0, resumes: 0, recoveredBytes: 0 };

  read(): SessionStats {
    return { ...this.#counts, reconnects: Math.max(0, this.#connects - 1) };
  }

  connected(): void {
    this.#connects++;
  }

  resumed(): void {
    this.#counts.resumes++;
  }

  frameReceived(): void {
    this.#counts.frames++;
  }

  frameDropped(): void {
    this.#counts.dropped++;
  }

  folded(frame: Frame | PlainAsk, notes: readonly Note[], before: ConversationState, after: ConversationState): void {
    for (const { kind } of notes) {
      if (kind === 'duplicate') this.#counts.duplicates++;
      else if (kind === 'kept-aside') this.#counts.keptAside++;
      else this.#counts.contradictions++;
    }
    if (frame.type !== 'snapshot' || frame.more === undefined) return;
    for (const { id, role } of frame.messages) {
      // What was known before and has grown by an answer to `resume`; a first sight is no recovery.
      const [was, is] = [before.messages.get(id), after.messages.get(id)];
      if (role === 'assistant' && was !== undefined && is !== undefined) {
        this.#counts.recoveredBytes += Math.max(0, is.text.bytes - was.text.bytes);
      }
    }
  }
}
