import { Announcer } from './announcer.js';
import type { ConversationView } from './conversation/view.js';
import type { ConnectionStatus } from './conversation/view.js';
import type { Emitter } from './emitter.js';
import { AnswerFailedError, type CableChatError, type ProtocolError, TransportError } from './errors.js';
import type { FinalStatus } from './protocol/frames.js';
import type { DisconnectReason } from './transport/transport.js';

/** What a page hears of a session. */
export interface SessionEvents {
  /** An answer has begun. */
  start: { readonly messageId: string };
  /** An answer grew by `content`; `text` is all of it so far. */
  chunk: { readonly messageId: string; readonly content: string; readonly text: string };
  /** An answer is over, and proven whole. */
  complete: { readonly messageId: string; readonly text: string; readonly status: FinalStatus };
  /** An answer failed (`messageId`), an action was refused, a frame was dropped, or nothing can be stored. */
  error: {
    readonly error: CableChatError;
    readonly messageId?: string;
    /** What there is of the failed answer. */
    readonly text?: string;
  };
  connection: { readonly status: ConnectionStatus; readonly reason?: DisconnectReason };
  /** Something of the open answer is missing and being fetched, or it has been silent for long; or no longer. */
  progress: { readonly messageId: string; readonly incomplete: boolean; readonly stalled: boolean };
  /** A frame of a type that this version does not know. */
  frame: { readonly frame: Readonly<Record<string, unknown>> };
}

export type SessionEmitter = Emitter<SessionEvents & { change: undefined }>;

export function newAnnouncer(events: SessionEmitter): Announcer {
  return new Announcer({
    start: (detail) => events.emit('start', detail),
    chunk: (detail) => events.emit('chunk', detail),
    complete: (detail) => events.emit('complete', detail),
    error: ({ error, ...detail }) => events.emit('error', { ...detail, error: new AnswerFailedError(error) }),
  });
}

/** Tells the page what two pictures in a row differ in, besides the messages. */
export function announceView(
  events: SessionEmitter,
  before: ConversationView,
  after: ConversationView,
  reason: DisconnectReason | undefined,
): void {
  if (after.connection !== before.connection) {
    events.emit('connection', { status: after.connection, ...(reason === undefined ? {} : { reason }) });
    if (after.connection === 'closed' || after.connection === 'signed-out') {
      const kind = after.connection === 'closed' ? 'rejected' : 'unauthorized';
      events.emit('error', {
        error: new TransportError(kind, reason?.detail ?? `The connection is ${after.connection}.`),
      });
    }
  }
  const answer = after.openAnswer ?? before.openAnswer;
  if (answer === undefined) return;
  const [was, is] = [progressOf(before), progressOf(after)];
  if (was.incomplete !== is.incomplete || was.stalled !== is.stalled) {
    events.emit('progress', { messageId: answer.id, ...is });
  }
}

function progressOf({ openAnswer, stalled }: ConversationView): { incomplete: boolean; stalled: boolean } {
  return { incomplete: openAnswer?.incomplete ?? false, stalled };
}

/** Far more kinds of malformed frames than an honest backend has. */
const MOST_LOGGED = 100;

/** Frames that were dropped: each reason once in the log, every frame to the page. */
export class DropLog {
  readonly #logged = new Set<string>();
  readonly #log: (message: string, detail?: unknown) => void;
  readonly #events: SessionEmitter;

  constructor(events: SessionEmitter, log: (message: string, detail?: unknown) => void) {
    this.#events = events;
    this.#log = log;
  }

  dropped(error: ProtocolError): void {
    if (!this.#logged.has(error.message) && this.#logged.size < MOST_LOGGED) {
      this.#logged.add(error.message);
      this.#log(`cable-chat: ${error.message}`, error);
    }
    this.#events.emit('error', { error });
  }
}
