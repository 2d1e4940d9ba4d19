/**
 * What a page hears of a chat, and of who is here. Every event bubbles and crosses shadow roots, so one listener on `document` hears all
 * chats of a page: `document.addEventListener('cable-chat-complete', (event) => event.text)`.
 */
import type { AnswerStatus, ConnectionStatus } from './conversation/view.js';
import type { PresenceMember } from './presence/reduce.js';
import type { DisconnectReason } from './transport/transport.js';

abstract class CableChatEvent extends Event {
  constructor(type: string, options: { cancelable?: boolean } = {}) {
    super(type, { bubbles: true, composed: true, ...options });
  }
}

/** The visitor is about to send a question. `preventDefault()` keeps it from being sent; the draft stays. */
export class CableChatAskEvent extends CableChatEvent {
  constructor(readonly text: string) {
    super('cable-chat-ask', { cancelable: true });
  }
}

/** An answer began. */
export class CableChatStartEvent extends CableChatEvent {
  constructor(readonly messageId: string) {
    super('cable-chat-start');
  }
}

/** An answer grew by `content`; `text` is all of it so far. Never out of order, never twice. */
export class CableChatChunkEvent extends CableChatEvent {
  constructor(
    readonly messageId: string,
    readonly content: string,
    readonly text: string,
  ) {
    super('cable-chat-chunk');
  }
}

/** An answer is whole, or was stopped or failed; once each. */
export class CableChatCompleteEvent extends CableChatEvent {
  constructor(
    readonly messageId: string,
    readonly text: string,
    readonly status: AnswerStatus,
  ) {
    super('cable-chat-complete');
  }
}

/**
 * Something went wrong: an attribute is wrong, an action was refused, a frame was dropped, an answer failed. `error` is a
 * CableChatError, whose `reason` is for code. `messageId` if it concerns one message; `text` is what a failed answer has.
 */
export class CableChatErrorEvent extends CableChatEvent {
  constructor(
    readonly error: Error,
    readonly messageId?: string,
    readonly text?: string,
  ) {
    super('cable-chat-error');
  }
}

/** The connection's status changed; `reason` where it is not there, and one is known. */
export class CableChatConnectionEvent extends CableChatEvent {
  constructor(
    readonly status: ConnectionStatus,
    readonly reason?: DisconnectReason,
  ) {
    super('cable-chat-connection');
  }
}

/**
 * The open answer is not as far as it should be: something is missing and being fetched (`incomplete`), or it has been
 * silent for long (`stalled`). With both false: it goes on.
 */
export class CableChatProgressEvent extends CableChatEvent {
  constructor(
    readonly messageId: string,
    readonly incomplete: boolean,
    readonly stalled: boolean,
  ) {
    super('cable-chat-progress');
  }
}

/** A well-formed frame of a type that the element does not know came in: a page's own extension. */
export class CableChatFrameEvent extends CableChatEvent {
  constructor(readonly frame: Readonly<Record<string, unknown>>) {
    super('cable-chat-frame');
  }
}

/** Somebody came: their first connection did, and they were not on the list before. `info` is what they said of themselves. */
export class CablePresenceJoinEvent extends CableChatEvent {
  constructor(
    readonly id: string,
    readonly info: unknown,
  ) {
    super('cable-presence-join');
  }
}

/** Somebody left: their last connection did, or was gone for longer than the server waits. `info` is what was known last. */
export class CablePresenceLeaveEvent extends CableChatEvent {
  constructor(
    readonly id: string,
    readonly info: unknown,
  ) {
    super('cable-presence-leave');
  }
}

/** The list is another one: it is there, somebody came or left, or somebody says something else of themselves. */
export class CablePresenceChangeEvent extends CableChatEvent {
  constructor(readonly members: readonly PresenceMember[]) {
    super('cable-presence-change');
  }
}

declare global {
  interface HTMLElementEventMap {
    'cable-chat-ask': CableChatAskEvent;
    'cable-chat-start': CableChatStartEvent;
    'cable-chat-chunk': CableChatChunkEvent;
    'cable-chat-complete': CableChatCompleteEvent;
    'cable-chat-error': CableChatErrorEvent;
    'cable-chat-connection': CableChatConnectionEvent;
    'cable-chat-progress': CableChatProgressEvent;
    'cable-chat-frame': CableChatFrameEvent;
    'cable-presence-join': CablePresenceJoinEvent;
    'cable-presence-leave': CablePresenceLeaveEvent;
    'cable-presence-change': CablePresenceChangeEvent;
  }
}
