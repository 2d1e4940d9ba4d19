import type { Clock, Random } from './clock.js';
import type { SessionConfig } from './config.js';
import { connectionStatus } from './connection-status.js';
import type { ConversationMemory } from './conversation-memory.js';
import {
  type ConversationState,
  isIncomplete,
  isUnfinished,
  resumeCursors,
  someMessage,
  speaksProtocol,
} from './conversation/state.js';
import type { ConversationView } from './conversation/view.js';
import { EarlierPages } from './earlier-pages.js';
import { Emitter } from './emitter.js';
import { FrameIntake } from './frame-intake.js';
import { Link } from './link.js';
import { LiveConversation } from './live-conversation.js';
import { Delivery } from './outbox/deliver.js';
import type { OutboxAction } from './outbox/outbox.js';
import type { OutboxStorage } from './outbox/storage.js';
import { DropLog, type SessionEmitter, type SessionEvents } from './page-notices.js';
import type { Presented } from './present.js';
import { Presentation } from './presentation.js';
import type { FeedbackValue, HelloFrame } from './protocol/frames.js';
import { Recovery } from './recovery.js';
import { SessionStatistics, type SessionStats } from './statistics.js';
import type { ConnectionState, Transport } from './transport/transport.js';
import { Visitor } from './visitor.js';
import { Wishes } from './wishes.js';

export type { SessionEvents } from './page-notices.js';

export interface SessionPorts {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  readonly mintId: () => string;
  readonly memory: ConversationMemory;
  readonly outboxStorage: OutboxStorage;
  /** Calls back when the page comes back to life; the result ends it. */
  readonly onWake: (callback: () => void) => () => void;
  readonly log: (message: string, detail?: unknown) => void;
}

/** A backend that has not said hello by then knows nothing of the protocol. */
const HELLO_GRACE_MS = 3_000;
const DEFAULT_MESSAGE_BYTES = 32 * 1024;

/**
 * One conversation over one subscription: the composition root of the widget's core. Facts come in as frames and
 * change the store; wishes go out through the outbox; what is on the screen is `view`.
 */
export class Session {
  readonly #config: SessionConfig;
  readonly #ports: SessionPorts;
  readonly #events: SessionEmitter = new Emitter();
  readonly #drops: DropLog;
  readonly #stats = new SessionStatistics();
  readonly #link: Link;
  readonly #recovery: Recovery;
  readonly #delivery: Delivery;
  /** Speaks another action than `ask`: a backend that knows nothing of the protocol. */
  readonly #plain: boolean;
  readonly #visitor: Visitor;
  readonly #conversation: LiveConversation;
  readonly #earlier: EarlierPages;
  readonly #intake: FrameIntake;
  readonly #wishes: Wishes;
  readonly #presentation: Presentation;
  /** Since the last connect, `resume` was answered to its end. */
  #caughtUp = false;
  #stalled = false;
  #cancelHelloGrace: (() => void) | undefined;
  #endWake: (() => void) | undefined;
  #closed = false;

  constructor(config: SessionConfig, ports: SessionPorts) {
    this.#config = config;
    this.#ports = ports;
    this.#plain = config.action !== 'ask';
    this.#drops = new DropLog(this.#events, ports.log);
    this.#visitor = new Visitor(ports.memory);
    const { transport, clock, random, mintId, outboxStorage } = ports;
    const { channel, channelParams } = config;
    this.#link = new Link({
      transport,
      channel,
      channelParams,
      observer: {
        stateChanged: (state) => this.#connectionChanged(state),
        messageReceived: (message) => this.#intake.received(message),
        historyLost: () => this.#recovery.resumeNow(),
        messageRefused: (error) => this.#intake.dropped(error),
      },
    });
    this.#recovery = new Recovery({
      clock,
      random,
      sendResume: () => this.#sendResume(),
      isIncomplete: () => someMessage(this.#state, isIncomplete),
      isAnswerOpen: () => someMessage(this.#state, isUnfinished),
      // Whoever posts actions posts the protocol's.
      isProtocolKnown: () => config.direct !== undefined || this.#state.hello !== undefined,
      renewSubscription: () => this.#link.renew(),
      stalled: (stalled) => {
        this.#stalled = stalled;
        this.#presentation.refresh();
      },
    });
    this.#conversation = new LiveConversation(this.#firstConversation(), {
      clock,
      events: this.#events,
      stats: this.#stats,
      drops: this.#drops,
      stateChanged: (state) => this.#delivery.stateChanged(state),
    });
    this.#delivery = new Delivery({
      clock,
      random,
      storage: outboxStorage,
      conversationId: this.#state.id,
      perform: (action) => this.#performAction(action),
      handedOver: (action) => {
        if (!('message' in action)) return;
        this.#conversation.fold({ type: 'plain-ask', id: action.client_id, content: action.message });
      },
      isAnswerOpen: () => this.#conversation.isAnswerOpen(),
      changed: () => this.#presentation.refresh(),
    });
    this.#earlier = new EarlierPages({
      state: () => this.#state,
      request: (data) => this.#link.perform('history', data),
    });
    this.#intake = new FrameIntake({
      events: this.#events,
      stats: this.#stats,
      drops: this.#drops,
      conversation: this.#conversation,
      delivery: this.#delivery,
      recovery: this.#recovery,
      earlier: this.#earlier,
      plain: this.#plain,
      isSomebodyElse: (hello) => this.#isSomebodyElse(hello),
      greeted: (hello) => this.#greeted(hello),
      caughtUp: () => {
        this.#caughtUp = true;
      },
      moveAway: () => this.#moveAway(),
      refuse: (message) => this.#link.refuse(message),
      changed: () => this.#presentation.refresh(),
    });
    this.#wishes = new Wishes({
      clock,
      mintId,
      conversation: this.#conversation,
      delivery: this.#delivery,
      plain: this.#plain,
      view: () => this.#presentation.view,
    });
    this.#presentation = new Presentation(this.#events, () => this.#presented());
  }

  /** Connects. What is asked before is kept and goes out then. */
  start(): void {
    this.#link.open(this.#state.id);
    this.#endWake = this.#ports.onWake(() => {
      this.#link.wake();
      this.#recovery.resumeNow();
    });
  }

  get view(): ConversationView {
    return this.#presentation.view;
  }

  /** Whom the server took this visitor for, in its own opaque words; undefined until it has said so. */
  get visitor(): string | undefined {
    return this.#visitor.confirmed;
  }

  /** What this session has been through; a new object with every call. */
  get stats(): SessionStats {
    return this.#stats.read();
  }

  /** Whether the backend said that it can do this: `stop`, `regenerate`, `edit`, `feedback`, `history`, … */
  supports(feature: string): boolean {
    return this.#state.hello?.features.includes(feature) ?? false;
  }

  /** Calls `listener` after the view changed, batched; the result ends it. */
  subscribe(listener: () => void): () => void {
    return this.#events.on('change', listener);
  }

  on<E extends keyof SessionEvents>(event: E, listener: (detail: SessionEvents[E]) => void): () => void {
    return this.#events.on(event, listener as (detail: (SessionEvents & { change: undefined })[E]) => void);
  }

  /**
   * Sends a question; returns its message id. It is kept until the server has it.
   * @throws ActionError `empty`, `too_long`, `busy` (an answer is open), `signed_out`
   */
  ask(text: string): string {
    return this.#wishes.ask(text);
  }

  /** Asks `text` instead of the question `messageId`; returns the new question's id. */
  edit(messageId: string, text: string): string {
    return this.#wishes.edit(messageId, text);
  }

  /** Asks for another answer to the same question; returns the new answer's id. */
  regenerate(messageId: string): string {
    return this.#wishes.regenerate(messageId);
  }

  /** Sends a refused question again, or asks for another answer in the place of a failed one. */
  retry(messageId: string): void {
    this.#wishes.retry(messageId);
  }

  /** Takes a question back that was refused. */
  discard(messageId: string): void {
    this.#wishes.discard(messageId);
  }

  /** Ends the open answer; what came of it stays. */
  stop(): void {
    this.#wishes.stop();
  }

  feedback(messageId: string, value: FeedbackValue): void {
    this.#wishes.feedback(messageId, value);
  }

  loadEarlier(): void {
    this.#earlier.want();
  }

  /** Connects now instead of at the next planned moment. */
  reconnect(): void {
    this.#link.reconnect(this.#state.id);
  }

  /** Leaves this conversation (it stays on the server) and begins an empty one. */
  newConversation(): void {
    this.#switchTo(this.#ports.mintId(), 'leave');
    this.#remember();
  }

  close(): void {
    this.#closed = true;
    this.#endWake?.();
    this.#disconnect();
    this.#events.clear();
  }

  // — Connection ————————————————————————————————————————————————————————————————————————————————————————————

  #connectionChanged(state: ConnectionState): void {
    this.#pause();
    if (state.status === 'live') this.#connected();
    this.#presentation.refresh('reason' in state ? state.reason : undefined);
  }

  #connected(): void {
    this.#stats.connected();
    if (this.#plain) {
      this.#caughtUp = true;
      this.#delivery.setGate('once');
      return;
    }
    this.#recovery.connected();
    if (this.#config.direct !== undefined) return;
    this.#cancelHelloGrace = this.#ports.clock.after(HELLO_GRACE_MS, () => {
      if (speaksProtocol(this.#state)) return;
      this.#caughtUp = true;
      this.#delivery.setGate('once');
      this.#presentation.refresh();
    });
  }

  #pause(): void {
    this.#cancelHelloGrace?.();
    this.#recovery.disconnected();
    this.#delivery.setGate('closed');
    this.#caughtUp = false;
    this.#conversation.disconnected();
  }

  #disconnect(): void {
    this.#pause();
    this.#link.close();
  }

  /** Nothing of the conversation before stays, but what the same visitor wrote and nobody took (`carry`). */
  #switchTo(conversationId: string, outbox: 'leave' | 'carry'): void {
    this.#disconnect();
    this.#conversation.switchTo(conversationId);
    this.#delivery.moveTo(conversationId, outbox);
    this.#markAsked();
    this.#stalled = false;
    this.#earlier.forget();
    if (!this.#closed) this.#link.open(conversationId);
    this.#presentation.refresh();
  }

  async #sendResume(): Promise<void> {
    this.#stats.resumed();
    const { interval } = this.#state;
    await this.#link.perform('resume', {
      ...(interval === undefined ? {} : { since: interval.high }),
      cursors: resumeCursors(this.#state),
    });
  }

  #performAction({ action, ...data }: OutboxAction): Promise<void> {
    if (this.#plain && 'message' in data) return this.#link.perform(this.#config.action, { prompt: data.message });
    return this.#link.perform(action, data);
  }

  // — Visitor ———————————————————————————————————————————————————————————————————————————————————————————————

  #greeted(hello: HelloFrame): void {
    this.#cancelHelloGrace?.();
    this.#remember();
    this.#delivery.greet(hello.user, this.#state);
    this.#markAsked();
  }

  /** The server names another visitor than the one this conversation was kept for: nothing of theirs may stay. */
  #isSomebodyElse(hello: HelloFrame): boolean {
    const visitor = this.#visitor.named(hello.user);
    if (visitor === 'same') return false;
    const own = this.#config.conversationId ?? this.#visitor.recall() ?? this.#ports.mintId();
    // Behind a guess, whatever was written on this page was written by the visitor who is here now.
    this.#switchTo(own, visitor === 'another' ? 'leave' : 'carry');
    return true;
  }

  /** Somebody else's conversation: this visitor gets one of their own, and what they wrote goes there. */
  #moveAway(): boolean {
    if (this.#config.conversationId !== undefined) return false;
    this.#switchTo(this.#ports.mintId(), 'carry');
    return true;
  }

  #markAsked(): void {
    for (const { action } of this.#delivery.outbox) {
      if ('client_id' in action) this.#conversation.asked(action.client_id);
    }
  }

  // — State —————————————————————————————————————————————————————————————————————————————————————————————————

  get #state(): ConversationState {
    return this.#conversation.state;
  }

  /** The page's, or what was written in it and is unsent, or the last visitor's, or a new one. */
  #firstConversation(): string {
    const { conversationId } = this.#config;
    if (conversationId !== undefined) return conversationId;
    const { mintId, outboxStorage } = this.#ports;
    if (this.#plain) return mintId();
    const remembered = this.#visitor.guess();
    return outboxStorage.unclaimedConversation() ?? remembered ?? mintId();
  }

  /** For the visitor's next visit; where the page says which conversation it is, there is nothing to remember. */
  #remember(): void {
    if (this.#config.conversationId === undefined) this.#visitor.remember(this.#state.id);
  }

  #presented(): Presented {
    const delivery = this.#delivery;
    return {
      state: this.#state,
      outbox: delivery.outbox,
      isUnderWay: (entry) => delivery.isUnderWay(entry),
      outboxIsVolatile: !this.#plain && delivery.isVolatile,
      connection: connectionStatus(this.#link, this.#caughtUp),
      ready: this.#caughtUp || this.#state.interval !== undefined,
      stalled: this.#stalled,
      maxMessageBytes: this.#state.hello?.limits.message_bytes ?? DEFAULT_MESSAGE_BYTES,
    };
  }
}
