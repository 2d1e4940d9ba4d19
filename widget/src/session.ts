import type { Announcer } from './announcer.js';
import type { Clock, Random } from './clock.js';
import type { SessionConfig } from './config.js';
import type { ConversationMemory } from './conversation-memory.js';
import type { PlainAsk } from './conversation/reduce.js';
import { selectThread } from './conversation/select.js';
import { isIncomplete, isUnfinished, resumeCursors, someMessage, speaksProtocol } from './conversation/state.js';
import { ConversationStore } from './conversation/store.js';
import type { ConnectionStatus, ConversationView } from './conversation/view.js';
import { Emitter } from './emitter.js';
import { ActionError, AnswerFailedError, ProtocolError, StorageError } from './errors.js';
import { Link } from './link.js';
import { admit } from './outbox/admission.js';
import { Delivery } from './outbox/deliver.js';
import { clientIdOf, type OutboxAction } from './outbox/outbox.js';
import type { OutboxStorage } from './outbox/storage.js';
import { announceView, DropLog, newAnnouncer, type SessionEmitter, type SessionEvents } from './page-notices.js';
import { presentView } from './present.js';
import { decode } from './protocol/decode.js';
import type { ErrorFrame, FeedbackValue, Frame, HelloFrame } from './protocol/frames.js';
import { Recovery } from './recovery.js';
import { SessionStatistics, type SessionStats } from './statistics.js';
import type { ConnectionState, DisconnectReason, Transport } from './transport/transport.js';

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
/** So long a plain backend's answer may be silent before the next question is let through. */
const PLAIN_PATIENCE_MS = 20_000;
const DEFAULT_MESSAGE_BYTES = 32 * 1024;
const HISTORY_PAGE = 50;

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
  #announcer: Announcer;
  #store: ConversationStore;
  /** Whom the conversation is kept for: a guess from the browser's memory, until the server has named its visitor. */
  #user: { readonly id: string; readonly isConfirmed: boolean } | undefined;
  /** Since the last connect, `resume` was answered to its end. */
  #caughtUp = false;
  #stalled = false;
  #historyWanted = false;
  /** Until when an answer of a plain backend is waited for, in milliseconds since the epoch. */
  #plainPatienceEnds = 0;
  #view: ConversationView;
  #notifyPlanned = false;
  #toldVolatile = false;
  #cancelHelloGrace: (() => void) | undefined;
  #endWake: (() => void) | undefined;
  #closed = false;

  constructor(config: SessionConfig, ports: SessionPorts) {
    this.#config = config;
    this.#ports = ports;
    this.#plain = config.action !== 'ask';
    this.#drops = new DropLog(this.#events, ports.log);
    this.#announcer = newAnnouncer(this.#events);
    const { transport, clock, random } = ports;
    const { channel, channelParams } = config;
    this.#link = new Link({
      transport,
      channel,
      channelParams,
      observer: {
        stateChanged: (state) => this.#connectionChanged(state),
        messageReceived: (message) => this.#received(message),
        historyLost: () => this.#recovery.resumeNow(),
      },
    });
    this.#recovery = new Recovery({
      clock,
      random,
      sendResume: () => this.#sendResume(),
      isIncomplete: () => someMessage(this.#store.state, isIncomplete),
      isAnswerOpen: () => someMessage(this.#store.state, isUnfinished),
      isProtocolKnown: () => this.#store.state.hello !== undefined,
      renewSubscription: () => this.#link.renew(),
      stalled: (stalled) => {
        this.#stalled = stalled;
        this.#refresh();
      },
    });
    const remembered = this.#plain ? undefined : ports.memory.recallLast();
    if (config.conversationId === undefined && remembered !== undefined) {
      this.#user = { id: remembered.user, isConfirmed: false };
    }
    const unclaimed = this.#plain ? undefined : ports.outboxStorage.unclaimedConversation();
    this.#store = this.#newStore(config.conversationId ?? unclaimed ?? remembered?.conversationId ?? ports.mintId());
    this.#delivery = new Delivery({
      clock,
      random,
      storage: ports.outboxStorage,
      conversationId: this.#store.state.id,
      perform: (action) => this.#performAction(action),
      handedOver: (action) => {
        if ('message' in action) this.#fold({ type: 'plain-ask', id: action.client_id, content: action.message });
      },
      isAnswerOpen: () => this.#isAnswerOpen(),
      changed: () => this.#refresh(),
    });
    this.#view = this.#computeView(undefined);
  }

  /** Connects. What is asked before is kept and goes out then. */
  start(): void {
    this.#link.open(this.#store.state.id);
    this.#endWake = this.#ports.onWake(() => {
      this.#link.wake();
      this.#recovery.resumeNow();
    });
  }

  get view(): ConversationView {
    return this.#view;
  }

  /** What this session has been through; a new object with every call. */
  get stats(): SessionStats {
    return this.#stats.read();
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
    return this.#events.on(event, listener as (detail: (SessionEvents & { change: undefined })[E]) => void);
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
    // The counter must grow even where the clock was set back, or another tab's is ahead.
    const at = Math.max(this.#ports.clock.now(), (this.#store.state.messages.get(messageId)?.feedback.at ?? 0) + 1);
    this.#delivery.add({ action: 'feedback', message_id: messageId, value, at });
  }

  loadEarlier(): void {
    this.#historyWanted = true;
    this.#sendHistory();
  }

  /** Connects now instead of at the next planned moment. */
  reconnect(): void {
    this.#link.reconnect(this.#store.state.id);
  }

  /** Leaves this conversation (it stays on the server) and begins an empty one. */
  newConversation(): void {
    this.#switchTo(this.#ports.mintId(), 'leave');
    if (this.#user !== undefined && this.#config.conversationId === undefined) {
      this.#ports.memory.remember(this.#user.id, this.#store.state.id);
    }
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
    this.#refresh('reason' in state ? state.reason : undefined);
  }

  #connected(): void {
    this.#stats.connected();
    if (this.#plain) {
      this.#caughtUp = true;
      this.#delivery.setGate('once');
      return;
    }
    this.#recovery.connected();
    this.#cancelHelloGrace = this.#ports.clock.after(HELLO_GRACE_MS, () => {
      if (speaksProtocol(this.#store.state)) return;
      this.#caughtUp = true;
      this.#delivery.setGate('once');
      this.#refresh();
    });
  }

  #pause(): void {
    this.#cancelHelloGrace?.();
    this.#recovery.disconnected();
    this.#delivery.setGate('closed');
    this.#caughtUp = false;
    this.#plainPatienceEnds = 0;
  }

  #disconnect(): void {
    this.#pause();
    this.#link.close();
  }

  /** Nothing of the conversation before stays, but what the same visitor wrote and nobody took (`carry`). */
  #switchTo(conversationId: string, outbox: 'leave' | 'carry'): void {
    this.#disconnect();
    this.#announcer = newAnnouncer(this.#events);
    this.#store = this.#newStore(conversationId);
    this.#delivery.moveTo(conversationId, outbox);
    this.#markAsked();
    this.#stalled = false;
    this.#historyWanted = false;
    if (!this.#closed) this.#link.open(conversationId);
    this.#refresh();
  }

  async #sendResume(): Promise<void> {
    this.#stats.resumed();
    const { interval } = this.#store.state;
    await this.#link.perform('resume', {
      ...(interval === undefined ? {} : { since: interval.high }),
      cursors: resumeCursors(this.#store.state),
    });
  }

  #sendHistory(): void {
    const { interval } = this.#store.state;
    if (!this.#historyWanted || interval === undefined || interval.low === 0) return;
    this.#link.perform('history', { before: interval.low, limit: HISTORY_PAGE }).catch(() => {
      // Asked again after the next resume, as the wish stays.
    });
  }

  #performAction({ action, ...data }: OutboxAction): Promise<void> {
    if (this.#plain && 'message' in data) return this.#link.perform(this.#config.action, { prompt: data.message });
    return this.#link.perform(action, data);
  }

  // — Frames ————————————————————————————————————————————————————————————————————————————————————————————————

  #received(message: unknown): void {
    this.#stats.frameReceived();
    const frame = decode(message, this.#store.state.id);
    if (frame instanceof ProtocolError) {
      this.#stats.frameDropped();
      this.#drops.dropped(frame);
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
    const before = this.#store.state;
    this.#fold(frame);
    if (frame.type === 'hello') this.#greeted(frame);
    else if (!this.#plain && this.#isUngreeted()) this.#delivery.awaitGreeting(this.#store.state);
    const answersResume = frame.type === 'snapshot' && frame.more !== undefined;
    if (answersResume && frame.more === false) this.#caughtUp = true;
    if (!this.#plain) {
      const { more, messages } = this.#store.state;
      this.#recovery.frameReceived({ answersResume, more, isProgress: messages !== before.messages });
    }
    if (frame.type === 'snapshot' && frame.covers !== undefined) this.#pageReceived(frame.more === undefined);
    this.#refresh();
  }

  #fold(frame: Frame | PlainAsk): void {
    const before = this.#store.state;
    const notes = this.#store.apply(frame);
    if (frame.type.startsWith('plain-')) this.#plainPatienceEnds = this.#ports.clock.now() + PLAIN_PATIENCE_MS;
    this.#stats.folded(frame, notes, before, this.#store.state);
    for (const note of notes) {
      if (note.kind !== 'contradiction') continue;
      this.#drops.dropped(
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
    this.#user = { id: hello.user, isConfirmed: true };
    if (this.#config.conversationId === undefined) this.#ports.memory.remember(hello.user, this.#store.state.id);
    this.#delivery.greet(hello.user, this.#store.state);
    this.#markAsked();
  }

  /** The server names another visitor than the one this conversation was kept for: nothing of theirs may stay. */
  #isSomebodyElse(hello: HelloFrame): boolean {
    const known = this.#user;
    if (known === undefined || known.id === hello.user) return false;
    this.#user = { id: hello.user, isConfirmed: true };
    const own = this.#config.conversationId ?? this.#ports.memory.recall(hello.user) ?? this.#ports.mintId();
    // Behind a guess, whatever was written on this page was written by the visitor who is here now.
    this.#switchTo(own, known.isConfirmed ? 'leave' : 'carry');
    return true;
  }

  #refused(frame: ErrorFrame): void {
    if (frame.code === 'forbidden' && this.#config.conversationId === undefined) {
      // Somebody else's: this visitor gets a conversation of their own, and what they wrote goes there.
      this.#switchTo(this.#ports.mintId(), 'carry');
      return;
    }
    if (this.#plain) {
      // A backend of the other kind, asked for an action that it does not have: the visitor waits for an answer to this.
      this.#fold({ type: 'plain-error', message: frame.message });
      this.#refresh();
      return;
    }
    // A snapshot that holds the id overrides a refusal: the entry is gone from the outbox by then.
    this.#delivery.refused(frame);
    if (frame.code === 'forbidden') this.#link.refuse(frame.message);
    const messageId = frame.client_id ?? frame.message_id;
    this.#events.emit('error', {
      error: new AnswerFailedError(frame),
      ...(messageId === undefined ? {} : { messageId }),
    });
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

  #markAsked(): void {
    for (const { action } of this.#delivery.outbox) if ('client_id' in action) this.#announcer.asked(action.client_id);
  }

  // — View ——————————————————————————————————————————————————————————————————————————————————————————————————

  #newStore(conversationId: string): ConversationStore {
    return new ConversationStore(conversationId, (before, after) => {
      this.#announcer.stateChanged(before, after);
      this.#delivery.stateChanged(after);
    });
  }

  #isUngreeted(): boolean {
    const { state } = this.#store;
    return state.hello === undefined && speaksProtocol(state);
  }

  #isAnswerOpen(): boolean {
    const last = selectThread(this.#store.state).at(-1);
    if (last === undefined) return false;
    if (speaksProtocol(this.#store.state)) return isUnfinished(last);
    // A plain backend's frames do not say what they belong to, so a question waits for the answer before it; but one that
    // says nothing any more must not keep the visitor from asking on.
    const isAwaited = last.role === 'user' || isUnfinished(last);
    return isAwaited && this.#ports.clock.now() < this.#plainPatienceEnds;
  }

  #refresh(reason?: DisconnectReason): void {
    const before = this.#view;
    const view = this.#computeView(before);
    if (view === before) return;
    this.#view = view;
    announceView(this.#events, before, view, reason);
    if (view.outboxIsVolatile && !this.#toldVolatile) {
      this.#toldVolatile = true;
      this.#events.emit('error', { error: new StorageError() });
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
      outboxIsVolatile: !this.#plain && this.#delivery.isVolatile,
      connection: this.#connectionStatus(),
      ready: this.#caughtUp || this.#store.state.interval !== undefined,
      stalled: this.#stalled,
      maxMessageBytes: this.#store.state.hello?.limits.message_bytes ?? DEFAULT_MESSAGE_BYTES,
    });
  }

  #connectionStatus(): ConnectionStatus {
    const { state, wasLive } = this.#link;
    switch (state.status) {
      case 'connecting':
        return wasLive ? 'offline' : 'connecting';
      case 'live':
        return this.#caughtUp ? 'live' : 'catching-up';
      case 'offline':
        return 'offline';
      case 'closed':
        return state.reason.code === 'unauthorized' || state.reason.code === 'token' ? 'signed-out' : 'closed';
    }
  }
}
