import { ActionError, AnswerFailedError, ProtocolError } from '../../widget/src/errors.js';
import { isFinal } from '../../widget/src/protocol/frames.js';
import type { AnswerView, MessageView } from '../../widget/src/conversation/view.js';
import type { Session } from '../../widget/src/session.js';
import type { Truth } from './truth.js';
import { abridge, ViolationError } from './verdict.js';

export interface PageWatchParts {
  readonly name: string;
  readonly session: Session;
  readonly truth: Truth;
  /** Must not throw: it is called inside the code under test. */
  readonly violated: (error: ViolationError) => void;
  /** The view changed, and is right. */
  readonly changed: () => void;
}

interface Announced {
  text: string;
  isOver: boolean;
}

/** Looks at one page at every change, and listens to all of its events: what must hold at every moment, holds. */
export class PageWatch {
  readonly #parts: PageWatchParts;
  readonly #statuses = new Map<string, MessageView['status']>();
  /** Questions that were shown as sent before the server had them. */
  readonly #onTrust = new Set<string>();
  readonly #announced = new Map<string, Announced>();
  readonly #ends: (() => void)[];

  constructor(parts: PageWatchParts) {
    this.#parts = parts;
    const { session } = parts;
    const guarded = <Detail>(check: (detail: Detail) => void) => {
      return (detail: Detail): void => {
        try {
          check(detail);
        } catch (error) {
          // The emitter would hand it to the page's console, where nobody looks.
          const cause = error instanceof Error ? error.stack : String(error);
          parts.violated(error instanceof ViolationError ? error : new ViolationError('broken', `a check: ${cause}`));
        }
      };
    };
    const look = guarded(() => this.#look());
    this.#ends = [
      session.subscribe(() => look(undefined)),
      session.on(
        'start',
        guarded(({ messageId }) => this.#started(messageId)),
      ),
      session.on(
        'chunk',
        guarded(({ messageId, content, text }) => this.#grew(messageId, content, text)),
      ),
      session.on(
        'complete',
        guarded(({ messageId, text }) => this.#ended(messageId, text)),
      ),
      session.on(
        'error',
        guarded(({ error, messageId, text }) => this.#failed(error, messageId, text)),
      ),
    ];
  }

  stop(): void {
    for (const end of this.#ends) end();
  }

  #look(): void {
    for (const message of this.#parts.session.view.messages) {
      if (message.role === 'assistant') this.#checkAnswer(message);
      const before = this.#statuses.get(message.id);
      if (before === message.status) continue;
      if (before !== undefined && !this.#mayFollow(message, before)) {
        throw new ViolationError('backwards', `${this.#parts.name}: ${message.id} went ${before} → ${message.status}`);
      }
      this.#statuses.set(message.id, message.status);
      if (message.status === 'sent' && !this.#parts.truth.has(message.id)) this.#onTrust.add(message.id);
    }
    this.#parts.changed();
  }

  /**
   * A backend that is silent for long counts as one without our protocol, and a question that was handed to it as sent.
   * When it does say hello, such a question is pending again; of one that it had, nothing may go back.
   */
  #mayFollow({ id, role, status }: MessageView, before: Status): boolean {
    return isForward(before, status) || (role === 'user' && before === 'sent' && this.#onTrust.has(id));
  }

  #checkAnswer({ id, text, status }: AnswerView): void {
    const { name, truth } = this.#parts;
    const stored = truth.textOf(id);
    if (!stored.startsWith(text)) {
      throw new ViolationError('wrong', `${name} shows of ${id} ${abridge(text)}, stored is ${abridge(stored)}`);
    }
    if (!isFinal(status) || this.#statuses.get(id) === status) return;
    const row = truth.finalRow(id);
    // An answer that was asked for and refused has no row: it is the outbox's.
    if (row === undefined && status === 'failed' && text === '') return;
    if (row?.status !== status || stored !== text) {
      const truly = `${row?.status ?? 'open'} with ${abridge(stored)}`;
      throw new ViolationError('incomplete', `${name} shows ${id} as ${status} with ${abridge(text)}, it is ${truly}`);
    }
  }

  // — What the page is told ——————————————————————————————————————————————————————————————————————————————————

  #started(messageId: string): void {
    if (this.#announced.has(messageId)) this.#misannounced(messageId, 'started twice');
    this.#announced.set(messageId, { text: '', isOver: false });
  }

  #grew(messageId: string, content: string, text: string): void {
    const told = this.#tellable(messageId);
    if (told.text + content !== text) this.#misannounced(messageId, 'a chunk does not follow what was told before it');
    told.text = text;
  }

  #ended(messageId: string, text: string): void {
    const told = this.#tellable(messageId);
    if (told.text !== text) this.#misannounced(messageId, 'its end has another text than its chunks');
    told.isOver = true;
  }

  #failed(error: Error, messageId: string | undefined, text: string | undefined): void {
    if (error instanceof ProtocolError) {
      throw new ViolationError('broken', `${this.#parts.name}: ${error.reason}: ${error.message}`);
    }
    // With a text it is an answer that failed, without one an action that was refused.
    if (error instanceof AnswerFailedError && messageId !== undefined && text !== undefined) {
      this.#ended(messageId, text);
    } else if (error instanceof ActionError) {
      throw new ViolationError('broken', `${this.#parts.name}: ${error.message}`);
    }
  }

  #tellable(messageId: string): Announced {
    const told = this.#announced.get(messageId);
    if (told === undefined) return this.#misannounced(messageId, 'never started');
    if (told.isOver) return this.#misannounced(messageId, 'went on after its end');
    return told;
  }

  #misannounced(messageId: string, what: string): never {
    throw new ViolationError('announced', `${this.#parts.name}: ${messageId}: ${what}`);
  }
}

type Status = MessageView['status'];

const RANK: Readonly<Record<Exclude<Status, 'failed' | 'complete' | 'stopped'>, number>> = {
  pending: 0,
  sending: 0,
  sent: 1,
  queued: 0,
  streaming: 1,
};

/** A refused wish may be tried again; what the server has is never taken back, and a final answer stays as it is. */
function isForward(before: Status, after: Status): boolean {
  if (before === 'complete' || before === 'stopped') return false;
  if (before === 'failed') return after !== 'streaming';
  if (before === 'sent') return false;
  if (after === 'complete' || after === 'stopped' || after === 'failed') return true;
  return RANK[after] >= RANK[before];
}
