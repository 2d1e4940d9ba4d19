import { Announcer } from './announcer.js';
import type { Clock, Random } from './clock.js';
import { ActionError, AnswerFailedError, type CableChatError, ProtocolError, TransportError } from './errors.js';
import type { SessionConfig } from './config.js';
import type { ConversationMemory } from './conversation-memory.js';
import { presentView } from './present.js';
import { selectThread } from './conversation/select.js';
import { isIncomplete, isUnfinished, resumeCursors } from './conversation/state.js';
import { ConversationStore } from './conversation/store.js';
import type { ConnectionStatus, ConversationView } from './conversation/view.js';
import { Emitter } from './emitter.js';
import { admit } from './outbox/admission.js';
import { Delivery } from './outbox/deliver.js';
import { clientIdOf, type OutboxAction } from './outbox/outbox.js';
import { decode } from './protocol/decode.js';
import type { ErrorFrame, FeedbackValue, FinalStatus, Frame, HelloFrame } from './protocol/frames.js';
import { Recovery } from './recovery.js';
import type { ConnectionState, DisconnectReason, Subscription, Transport } from './transport/transport.js';

export interface SessionEvents {
  /** An answer has begun. */
  start: { readonly messageId: string };
  /** An answer grew by `content`; `text` is all of it so far. */
  chunk: { readonly messageId: string; readonly content: string; readonly text: string };
  /** An answer is over, and proven whole. */
  complete: { readonly messageId: string; readonly text: string; readonly status: FinalStatus };
  /** An answer failed (`messageId`), an action was refused, or a frame was dropped. */
  error: {
    readonly error: CableChatError;
    readonly messageId?: string;
    /** What there is of the failed answer. */
    readonly text?: string;
  };
  connection: { readonly status: ConnectionStatus; readonly reason?: DisconnectReason };
  /** A frame of a type that this version does not know. */
  frame: { readonly frame: Readonly<Record<string, unknown>> };
}

export interface SessionPorts {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  readonly mintId: () => string;
  readonly memory: ConversationMemory;
  /** Calls back when the page comes back to life; the result ends it. */
  readonly onWake: (callback: () => void) => () => void;
  readonly log: (message: string, detail?: unknown) => void;
}

/** A backend that has not said hello by then knows nothing of the protocol. */
const HELLO_GRACE_MS = 3_000;
const DEFAULT_MESSAGE_BYTES = 32 * 1024;
const HISTORY_PAGE = 50;

/**
 * One conversation over one subscription: the composition root of the widget's core. Facts come in as frames and
 * change the store; wishes go out through the outbox; what is on the screen is `view`.
 */
export class Session {
  readonly #config: SessionConfig;
  readonly #ports: SessionPorts;
  readonly #events = new Emitter<SessionEvents & { change: undefined }>();
  readonly #recovery: Recovery;
  readonly #delivery: Delivery;
  #announcer: Announcer;
  #store: ConversationStore;
  #subscription: Subscription | undefined;
  /** Counts subscriptions: only the newest one is listened to. */
  #generation = 0;
  #connection: ConnectionState = { status: 'connecting' };
  #wasLive = false;
  /** Between a connect and the first answer to its `resume`. */
  #caughtUp = false;
  #plain: boolean;
  #user: string | undefined;
  #view: ConversationView;
  #notifyPlanned = false;
  #historyWanted = false;
  #logged = new Set<string>();
  #cancelHelloGrace: (() => void) | undefined;
  #endWake: (() => void) | undefined;
  #closed = false;

  constructor(config: SessionConfig, ports: SessionPorts) {
    this.#config = config;
    this.#ports = ports;
    this.#plain = config.action !== 'ask';
    this.#announcer = this.#newAnnouncer();
    const { clock, random } = ports;
    this.#recovery = new Recovery({
      clock,
      random,
      sendResume: () => this.#sendResume(),
      isIncomplete: () => [...this.#store.state.messages.values()].some(isIncomplete),
      isAnswerOpen: () => [...this.#store.state.messages.values()].some(isUnfinished),
    });
    this.#delivery = new Delivery({
      clock,
      random,
      perform: (action) => this.#performAction(action),
      handedOver: (action) => {
        if ('message' in action) this.#fold({ type: 'plain-ask', id: action.client_id, content: action.message });
      },
      isAnswerOpen: () => this.#isAnswerOpen(),
      changed: () => this.#refresh(),
    });
    const remembered = this.#plain ? undefined : ports.memory.recallLast();
    this.#user = config.conversationId === undefined ? remembered?.user : undefined;
    this.#store = this.#newStore(config.conversationId ?? remembered?.conversationId ?? ports.mintId());
    this.#view = this.#computeView(undefined);
  }

  /** Connects. What is asked before is kept and goes out then. */
  start(): void {
    this.#subscribe();
    this.#endWake = this.#ports.onWake(() => {
      if (this.#connection.status === 'live') this.#recovery.resumeNow();
      else if (this.#connection.status === 'offline') this.#ports.transport.reconnect?.();
    });
  }

  get view(): ConversationView {
    return this.#view;
  }

  /** Whether the backend said that it can do this: `stop`, `regenerate`, `edit`, `feedback`, `history`, … */
  supports(feature: string): boolean {
    return this.#store.state.hello?.features.includes(feature) ?? false;
  }

  /** Calls `listener` after the view changed, batched; the result ends it. */
  subscribe(listener: () => void): () => void {
    return this.#events.on('change', listener);
  }

  on<E extends keyof SessionEvents>(event: E, listener: (detail: SessionEvents[E]) => void): () => void {
    return this.#events.on(event, listener);
  }

  /**
   * Sends a question; returns its message id. It is kept until the server has it.
   * @throws ActionError `empty`, `too_long`, `busy` (an answer is open), `signed_out`
   */
  ask(text: string): string {
    return this.#send({ action: 'ask', client_id: this.#ports.mintId(), message: text });
  }

  /** Asks `text` instead of the question `messageId`; returns the new question's id. */
  edit(messageId: string, text: string): string {
    this.#requireProtocol('edit');
    return this.#send({ action: 'edit', message_id: messageId, client_id: this.#ports.mintId(), message: text });
  }

  /** Asks for another answer to the same question; returns the new answer's id. */
  regenerate(messageId: string): string {
    this.#requireProtocol('regenerate');
    return this.#send({ action: 'regenerate', message_id: messageId, client_id: this.#ports.mintId() });
  }

  /** Sends a refused question again, or asks for another answer in the place of a failed one. */
  retry(messageId: string): void {
    const entry = this.#delivery.outbox.find((other) => clientIdOf(other.action) === messageId);
    if (entry !== undefined) this.#delivery.retry(messageId);
    else this.regenerate(messageId);
  }

  /** Takes a question back that was refused. */
  discard(messageId: string): void {
    this.#delivery.remove(messageId);
  }

  /** Ends the open answer; what came of it stays. */
  stop(): void {
    const open = this.#view.openAnswer;
    if (open !== undefined && !this.#plain) this.#delivery.add({ action: 'stop', message_id: open.id });
  }

  feedback(messageId: string, value: FeedbackValue): void {
    this.#requireProtocol('feedback');
    const at = Math.max(this.#ports.clock.now(), (this.#store.state.messages.get(messageId)?.feedback.at ?? 0) + 1);
    this.#delivery.add({ action: 'feedback', message_id: messageId, value, at });
  }

  loadEarlier(): void {
    this.#historyWanted = true;
    this.#sendHistory();
  }

  /** Connects now instead of at the next planned moment. */
  reconnect(): void {
    if (this.#connection.status === 'closed' && this.#connection.reason.code === 'rejected') this.#subscribe();
    else this.#ports.transport.reconnect?.();
  }

  /** Leaves this conversation (it stays on the server) and begins an empty one. */
  newConversation(): void {
    this.#switchTo(this.#ports.mintId());
    if (this.#user !== undefined && this.#config.conversationId === undefined) {
      this.#ports.memory.remember(this.#user, this.#store.state.id);
    }
  }

  close(): void {
    this.#closed = true;
    this.#endWake?.();
    this.#leave();
    this.#events.clear();
  }

  // — Connection ————————————————————————————————————————————————————————————————————————————————————————————

  #subscribe(): void {
    this.#subscription?.close();
    const conversationId = this.#store.state.id;
    const params = { ...this.#config.channelParams, conversation_id: conversationId };
    const generation = ++this.#generation;
    // After a switch an old subscription may still speak; and a new one before `subscribe` returns.
    const isCurrent = () => !this.#closed && generation === this.#generation;
    this.#subscription = this.#ports.transport.subscribe(this.#config.channel, params, {
      stateChanged: (state) => isCurrent() && this.#connectionChanged(state),
      messageReceived: (message) => isCurrent() && this.#received(message),
      historyLost: () => isCurrent() && this.#recovery.resumeNow(),
    });
    // The callbacks that came during `subscribe` found no subscription to perform on yet.
    if (this.#connection.status === 'live') this.#connectionChanged(this.#connection);
  }

  #leave(): void {
    this.#recovery.disconnected();
    this.#delivery.setGate('closed');
    this.#cancelHelloGrace?.();
    const subscription = this.#subscription;
    this.#subscription = undefined;
    this.#generation++;
    subscription?.close();
  }

  /** Nothing of the conversation before stays, but for what the same visitor wrote and nobody took. */
  #switchTo(conversationId: string, outbox: 'forget' | 'keep' = 'forget'): void {
    this.#leave();
    if (outbox === 'forget') this.#delivery.clear();
    this.#announcer = this.#newAnnouncer();
    this.#store = this.#newStore(conversationId);
    this.#caughtUp = false;
    this.#connection = { status: 'connecting' };
    this.#refresh();
    if (!this.#closed) this.#subscribe();
  }

  #connectionChanged(state: ConnectionState): void {
    this.#connection = state;
    this.#cancelHelloGrace?.();
    this.#recovery.disconnected();
    this.#delivery.setGate('closed');
    this.#caughtUp = false;
    if (state.status === 'live') this.#connected();
    this.#refresh(state.status === 'offline' || state.status === 'closed' ? state.reason : undefined);
  }

  #connected(): void {
    this.#wasLive = true;
    if (this.#subscription === undefined) return;
    if (this.#plain) {
      this.#caughtUp = true;
      this.#delivery.setGate('once');
      return;
    }
    this.#recovery.connected();
    this.#cancelHelloGrace = this.#ports.clock.after(HELLO_GRACE_MS, () => {
      if (this.#store.state.hello !== undefined) return;
      this.#caughtUp = true;
      this.#delivery.setGate('once');
      this.#refresh();
    });
  }

  async #sendResume(): Promise<void> {
    const { interval } = this.#store.state;
    await this.#perform('resume', {
      ...(interval === undefined ? {} : { since: interval.high }),
      cursors: resumeCursors(this.#store.state),
    });
  }

  #sendHistory(): void {
    const { interval } = this.#store.state;
    if (!this.#historyWanted || interval === undefined || interval.low === 0) return;
    this.#perform('history', { before: interval.low, limit: HISTORY_PAGE }).catch(() => {
      // Asked again after the next resume, as the wish stays.
    });
  }

  #performAction({ action, ...data }: OutboxAction): Promise<void> {
    if (action === 'ask' && this.#config.action !== 'ask' && 'message' in data) {
      return this.#perform(this.#config.action, { prompt: data.message });
    }
    return this.#perform(action, data);
  }

  async #perform(action: string, data: Readonly<Record<string, unknown>>): Promise<void> {
    if (this.#subscription === undefined) throw new TransportError('not_connected', `${action} was not sent.`);
    await this.#subscription.perform(action, data);
  }

  // — Frames ————————————————————————————————————————————————————————————————————————————————————————————————

  #received(message: unknown): void {
    const frame = decode(message, this.#store.state.id);
    if (frame instanceof ProtocolError) {
      this.#dropped(frame);
      return;
    }
    switch (frame.type) {
      case 'hello':
        if (this.#isSomebodyElse(frame)) return;
        break;
      case 'error':
        this.#refused(frame);
        return;
      case 'unknown':
        this.#events.emit('frame', { frame: frame.frame });
        return;
      default:
        break;
    }
    this.#fold(frame);
    if (frame.type === 'hello') this.#greeted(frame);
    const answersResume = frame.type === 'snapshot' && frame.more !== undefined;
    if (answersResume && frame.more === false) this.#caughtUp = true;
    if (!this.#plain) this.#recovery.frameReceived({ answersResume, more: this.#store.state.more });
    if (frame.type === 'snapshot' && frame.covers !== undefined) this.#pageReceived(frame.more === undefined);
    this.#refresh();
  }

  #fold(frame: Frame | { readonly type: 'plain-ask'; readonly id: string; readonly content: string }): void {
    for (const note of this.#store.apply(frame)) {
      if (note.kind !== 'contradiction') continue;
      this.#dropped(
        new ProtocolError('contradiction', `Answer ${note.messageId}: ${note.detail}. It is fetched again.`),
      );
    }
  }

  #pageReceived(isHistory: boolean): void {
    if (isHistory) this.#historyWanted = false;
    else this.#sendHistory();
  }

  #greeted(hello: HelloFrame): void {
    this.#cancelHelloGrace?.();
    this.#user = hello.user;
    if (this.#config.conversationId === undefined) this.#ports.memory.remember(hello.user, this.#store.state.id);
    this.#delivery.setGate('reliable');
  }

  /** The server names another visitor than the one this conversation was kept for: nothing of theirs may stay. */
  #isSomebodyElse(hello: HelloFrame): boolean {
    if (this.#user === undefined || this.#user === hello.user) return false;
    this.#user = hello.user;
    const own = this.#config.conversationId ?? this.#ports.memory.recall(hello.user) ?? this.#ports.mintId();
    this.#switchTo(own);
    return true;
  }

  #refused(frame: ErrorFrame): void {
    if (frame.code === 'forbidden' && this.#config.conversationId === undefined) {
      // Somebody else's: this visitor gets a conversation of their own, and what they wrote goes there.
      this.#switchTo(this.#ports.mintId(), 'keep');
      return;
    }
    // A snapshot that holds the id overrides a refusal: the entry is gone from the outbox by then.
    this.#delivery.refused(frame);
    if (frame.code === 'forbidden') {
      this.#connectionChanged({ status: 'closed', reason: { code: 'unauthorized', detail: frame.message } });
    }
    const messageId = frame.client_id ?? frame.message_id;
    this.#events.emit('error', {
      error: new AnswerFailedError(frame),
      ...(messageId === undefined ? {} : { messageId }),
    });
  }

  /** Each reason once in the log; the page hears of every frame. */
  #dropped(error: ProtocolError): void {
    if (!this.#logged.has(error.message)) {
      this.#logged.add(error.message);
      this.#ports.log(`cable-chat: ${error.message}`, error);
    }
    this.#events.emit('error', { error });
  }

  // — Wishes ————————————————————————————————————————————————————————————————————————————————————————————————

  #send<A extends Extract<OutboxAction, { client_id: string }>>(action: A): string {
    admit(action, {
      signedOut: this.#view.connection === 'signed-out',
      answerOpen: this.#isAnswerOpen(),
      maxMessageBytes: this.#view.maxMessageBytes,
    });
    this.#announcer.asked(action.client_id);
    this.#delivery.add(action);
    return action.client_id;
  }

  #requireProtocol(action: string): void {
    if (this.#plain) throw new ActionError('not_supported', `This backend has no ${action}.`);
  }

  // — View ——————————————————————————————————————————————————————————————————————————————————————————————————

  #newStore(conversationId: string): ConversationStore {
    return new ConversationStore(conversationId, (before, after) => {
      this.#announcer.stateChanged(before, after);
      this.#delivery.stateChanged(after);
    });
  }

  #newAnnouncer(): Announcer {
    return new Announcer({
      start: (detail) => this.#events.emit('start', detail),
      chunk: (detail) => this.#events.emit('chunk', detail),
      complete: (detail) => this.#events.emit('complete', detail),
      error: ({ error, ...detail }) => this.#events.emit('error', { ...detail, error: new AnswerFailedError(error) }),
    });
  }

  /** A plain backend may never say that an answer is over; it must not keep the visitor from asking on. */
  #isAnswerOpen(): boolean {
    if (this.#store.state.hello === undefined) return false;
    const last = selectThread(this.#store.state).at(-1);
    return last !== undefined && isUnfinished(last);
  }

  #refresh(reason?: DisconnectReason): void {
    const before = this.#view;
    const view = this.#computeView(before);
    if (view === before) return;
    this.#view = view;
    if (view.connection !== before.connection) {
      this.#events.emit('connection', { status: view.connection, ...(reason === undefined ? {} : { reason }) });
    }
    if (this.#notifyPlanned) return;
    this.#notifyPlanned = true;
    queueMicrotask(() => {
      this.#notifyPlanned = false;
      this.#events.emit('change', undefined);
    });
  }

  #computeView(before: ConversationView | undefined): ConversationView {
    return presentView(before, {
      state: this.#store.state,
      outbox: this.#delivery.outbox,
      connection: this.#connectionStatus(),
      ready: this.#caughtUp || this.#store.state.interval !== undefined,
      maxMessageBytes: this.#store.state.hello?.limits.message_bytes ?? DEFAULT_MESSAGE_BYTES,
    });
  }

  #connectionStatus(): ConnectionStatus {
    switch (this.#connection.status) {
      case 'connecting':
        return this.#wasLive ? 'offline' : 'connecting';
      case 'live':
        return this.#caughtUp ? 'live' : 'catching-up';
      case 'offline':
        return 'offline';
      case 'closed':
        return this.#connection.reason.code === 'unauthorized' ? 'signed-out' : 'closed';
    }
  }
}
