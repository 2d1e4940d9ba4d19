import type { Clock } from './clock.js';
import type { ConversationView } from './conversation/view.js';
import { ActionError } from './errors.js';
import type { LiveConversation } from './live-conversation.js';
import { admit } from './outbox/admission.js';
import type { Delivery } from './outbox/deliver.js';
import { clientIdOf, type OutboxAction } from './outbox/outbox.js';
import type { FeedbackValue } from './protocol/frames.js';

export interface WishesPorts {
  readonly clock: Clock;
  readonly mintId: () => string;
  readonly conversation: LiveConversation;
  readonly delivery: Delivery;
  /** A backend that knows nothing of the protocol: it is only asked. */
  readonly plain: boolean;
  readonly view: () => ConversationView;
}

/** What the visitor wants, as actions in the outbox, or as the reason why it cannot be. */
export class Wishes {
  readonly #ports: WishesPorts;

  constructor(ports: WishesPorts) {
    this.#ports = ports;
  }

  ask(text: string): string {
    return this.#send({ action: 'ask', client_id: this.#ports.mintId(), message: text });
  }

  edit(messageId: string, text: string): string {
    this.#requireProtocol('edit');
    return this.#send({ action: 'edit', message_id: messageId, client_id: this.#ports.mintId(), message: text });
  }

  regenerate(messageId: string): string {
    this.#requireProtocol('regenerate');
    return this.#send({ action: 'regenerate', message_id: messageId, client_id: this.#ports.mintId() });
  }

  retry(messageId: string): void {
    const { delivery } = this.#ports;
    const entry = delivery.outbox.find((other) => clientIdOf(other.action) === messageId);
    if (entry !== undefined) delivery.retry(messageId);
    else this.regenerate(messageId);
  }

  discard(messageId: string): void {
    this.#ports.delivery.remove(messageId);
  }

  stop(): void {
    const { view, plain, delivery } = this.#ports;
    const open = view().openAnswer;
    if (open !== undefined && !plain) delivery.add({ action: 'stop', message_id: open.id });
  }

  feedback(messageId: string, value: FeedbackValue): void {
    this.#requireProtocol('feedback');
    const { clock, conversation, delivery } = this.#ports;
    // The counter must grow even where the clock was set back, or another tab's is ahead.
    const at = Math.max(clock.now(), (conversation.state.messages.get(messageId)?.feedback.at ?? 0) + 1);
    delivery.add({ action: 'feedback', message_id: messageId, value, at });
  }

  #send(action: Extract<OutboxAction, { client_id: string }>): string {
    const { conversation, delivery } = this.#ports;
    const { connection, maxMessageBytes } = this.#ports.view();
    admit(action, {
      signedOut: connection === 'signed-out',
      answerOpen: conversation.isAnswerOpen(),
      maxMessageBytes,
    });
    conversation.asked(action.client_id);
    delivery.add(action);
    return action.client_id;
  }

  #requireProtocol(action: string): void {
    if (this.#ports.plain) throw new ActionError('not_supported', `This backend has no ${action}.`);
  }
}
