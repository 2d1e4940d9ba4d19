import { speaksProtocol } from './conversation/state.js';
import type { EarlierPages } from './earlier-pages.js';
import { AnswerFailedError, ProtocolError } from './errors.js';
import type { LiveConversation } from './live-conversation.js';
import type { Delivery } from './outbox/deliver.js';
import type { DropLog, SessionEmitter } from './page-notices.js';
import { decode } from './protocol/decode.js';
import type { ErrorFrame, HelloFrame } from './protocol/frames.js';
import type { Recovery } from './recovery.js';
import type { SessionStatistics } from './statistics.js';

export interface FrameIntakePorts {
  readonly events: SessionEmitter;
  readonly stats: SessionStatistics;
  readonly drops: DropLog;
  readonly conversation: LiveConversation;
  readonly delivery: Delivery;
  readonly recovery: Recovery;
  readonly earlier: EarlierPages;
  /** A backend that knows nothing of the protocol. */
  readonly plain: boolean;
  /** True: the conversation was left for that of the visitor whom the server names. */
  readonly isSomebodyElse: (hello: HelloFrame) => boolean;
  readonly greeted: (hello: HelloFrame) => void;
  /** `resume` was answered to its end. */
  readonly caughtUp: () => void;
  /** The conversation is somebody else's. True: it was left for another one, with all that was unsent. */
  readonly moveAway: () => boolean;
  /** It is somebody else's, and the only one that the page wants. */
  readonly refuse: (message: string) => void;
  readonly changed: () => void;
}

/** What came over the transport: decoded once, folded into the conversation, and told to whoever waits for it. */
export class FrameIntake {
  readonly #ports: FrameIntakePorts;

  constructor(ports: FrameIntakePorts) {
    this.#ports = ports;
  }

  received(message: unknown): void {
    const { conversation, events, stats, isSomebodyElse } = this.#ports;
    const frame = decode(message, conversation.state.id);
    if (frame instanceof ProtocolError) {
      this.dropped(frame);
      return;
    }
    stats.frameReceived();
    switch (frame.type) {
      case 'hello':
        if (!isSomebodyElse(frame)) this.#fold(frame);
        return;
      case 'error':
        this.#refused(frame);
        return;
      case 'unknown':
        events.emit('frame', { frame: frame.frame });
        return;
      default:
        this.#fold(frame);
    }
  }

  /** Something came that is no frame, or not from the server. */
  dropped(error: ProtocolError): void {
    const { stats, drops } = this.#ports;
    stats.frameReceived();
    stats.frameDropped();
    drops.dropped(error);
  }

  #fold(frame: Parameters<LiveConversation['fold']>[0]): void {
    const { conversation, delivery, recovery, earlier, plain, greeted, caughtUp, changed } = this.#ports;
    const before = conversation.state;
    conversation.fold(frame);
    if (frame.type === 'hello') greeted(frame);
    else if (!plain && this.#isUngreeted()) delivery.awaitGreeting(conversation.state);
    const answersResume = frame.type === 'snapshot' && frame.more !== undefined;
    if (answersResume && frame.more === false) caughtUp();
    if (!plain) {
      const { more, messages } = conversation.state;
      recovery.frameReceived({ answersResume, more, isProgress: messages !== before.messages });
    }
    if (frame.type === 'snapshot' && frame.covers !== undefined) {
      earlier.pageReceived({ isHistory: frame.more === undefined });
    }
    changed();
  }

  #refused(frame: ErrorFrame): void {
    const { conversation, delivery, events, plain, moveAway, refuse, changed } = this.#ports;
    if (frame.code === 'forbidden' && moveAway()) return;
    if (plain) {
      // A backend of the other kind, asked for an action that it does not have: the visitor waits for an answer to this.
      conversation.fold({ type: 'plain-error', message: frame.message });
      changed();
      return;
    }
    // A snapshot that holds the id overrides a refusal: the entry is gone from the outbox by then.
    delivery.refused(frame);
    if (frame.code === 'forbidden') refuse(frame.message);
    const messageId = frame.client_id ?? frame.message_id;
    events.emit('error', {
      error: new AnswerFailedError(frame),
      ...(messageId === undefined ? {} : { messageId }),
    });
  }

  #isUngreeted(): boolean {
    const { state } = this.#ports.conversation;
    return state.hello === undefined && speaksProtocol(state);
  }
}
