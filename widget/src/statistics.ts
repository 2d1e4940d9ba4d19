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
  /**
   * UTF-8 bytes by which answers under way grew through recovery: by the broker's history and the answer to `resume` after
   * a reconnect, and by every later `resume` that found something missing.
   */
  readonly recoveredBytes: number;
}

export class SessionStatistics {
  #connects = 0;
  #isRecovering = false;
  #counts = { frames: 0, dropped: 0, duplicates: 0, keptAside: 0, contradictions: 0, resumes: 0, recoveredBytes: 0 };

  read(): SessionStats {
    return { ...this.#counts, reconnects: Math.max(0, this.#connects - 1) };
  }

  connected(): void {
    this.#isRecovering = this.#connects > 0;
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
    const answersResume = frame.type === 'snapshot' && frame.more !== undefined;
    if (answersResume || this.#isRecovering) this.#counts.recoveredBytes += growth(before, after);
    if (answersResume && frame.more === false) this.#isRecovering = false;
  }
}

/** By how many bytes answers have grown that were known before: a first sight is no recovery. */
function growth(before: ConversationState, after: ConversationState): number {
  let bytes = 0;
  if (before.messages === after.messages) return 0;
  for (const [id, was] of before.messages) {
    const is = after.messages.get(id);
    if (was.role === 'assistant' && is !== undefined) bytes += Math.max(0, is.text.bytes - was.text.bytes);
  }
  return bytes;
}
