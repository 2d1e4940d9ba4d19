import { AnswerAccount, type AnswerEnd } from './answer-account.js';
import { documentContext, type RawConfig, readConfig, type SessionConfig } from './config.js';
import type { ConversationView } from './conversation/view.js';
import { Emitter } from './emitter.js';
import { ActionError } from './errors.js';
import type { SessionEvents } from './page-notices.js';
import { paramsAsJson } from './params-as-json.js';
import type { Session } from './session.js';
import { acquireSession } from './session-pool.js';
import type { SubscriptionParams } from './transport/transport.js';

/** What `<cable-chat>` takes as attributes and properties, by the names of its properties. */
export interface AssistantChannelOptions extends Omit<RawConfig, 'channelParams'> {
  /** Further subscription parameters, beside `conversation_id`: a flat object, or the same as JSON. */
  readonly channelParams?: SubscriptionParams | string | null | undefined;
}

/** What the channel tells its hooks, each through a listener of its own: one that throws keeps no other from hearing. */
interface Tellings {
  readonly start: { readonly messageId: string };
  readonly chunk: { readonly messageId: string; readonly content: string; readonly text: string };
  readonly complete: { readonly messageId: string; readonly text: string; readonly status: 'complete' | 'stopped' };
  readonly error: SessionEvents['error'];
  readonly change: undefined;
}

/**
 * One conversation with an assistant, for pages that draw it themselves: the guarantees of `<cable-chat>` behind four hooks.
 * The pieces that `onChunk` gets, joined, are the text that `onComplete` gets: exactly once, in order, across lost
 * connections. Hooks are overridden in a subclass or assigned; what one throws is reported as the page's own error.
 *
 * @example
 * const channel = new AssistantChannel({ url: 'wss://chat.example.com/cable' });
 * channel.onChunk = (content) => output.append(content);
 * await channel.ask('What is AnyCable?');
 */
export class AssistantChannel {
  /** The channel's class name on the server, where the options name none. */
  static readonly identifier: string = 'AssistantChannel';

  readonly #config: SessionConfig;
  readonly #events = new Emitter<Tellings>();
  readonly #account = new AnswerAccount({
    start: (detail) => this.#events.emit('start', detail),
    chunk: (detail) => this.#events.emit('chunk', detail),
    end: ({ messageId, text, end }) => this.#tellEnd(messageId, text, end),
  });
  /** The newest; known after its lease is given back, too. */
  #session: Session | undefined;
  /** Gives everything back that `connect` took; undefined while nothing is connected. */
  #release: (() => void) | undefined;

  /**
   * Checks the options; nothing is connected yet.
   * @throws ConfigurationError naming the option as the element's attribute is named, and what to write instead
   */
  constructor(options: AssistantChannelOptions = {}) {
    const { channelParams = null, channel, ...others } = options;
    const raw = { ...others, channel: channel || new.target.identifier, channelParams: paramsAsJson(channelParams) };
    this.#config = readConfig(raw, documentContext());
    // By name and late, so that a hook may be assigned at any time.
    this.#events.on('start', ({ messageId }) => this.onStart(this.#conversationId, messageId));
    this.#events.on('chunk', ({ messageId, content, text }) => this.onChunk(content, text, messageId));
    this.#events.on('complete', ({ messageId, text, status }) =>
      this.onComplete(text, this.#conversationId, { messageId, status }),
    );
    this.#events.on('error', (detail) => this.onError(detail.error.message, detail));
  }

  /** An answer began. Told again for the same answer only if its text was fetched anew: what came before is void. */
  onStart(_conversationId: string, _messageId: string): void {}

  /** An answer grew by `content`; `responseBuffer` is all of it so far. Never out of order, never twice. */
  onChunk(_content: string, _responseBuffer: string, _messageId: string): void {}

  /** An answer is over, and proven whole. `stopped`: by the visitor. Once for each answer; a failed one is an error. */
  onComplete(
    _responseBuffer: string,
    _conversationId: string,
    _detail: { readonly messageId: string; readonly status: 'complete' | 'stopped' },
  ): void {}

  /**
   * An answer failed (`detail.text` is what there is of it), a question was refused (`detail.messageId`), a frame was
   * dropped, or nothing can be stored. `message` is safe to show; `detail.error` has a `reason` for code.
   */
  onError(_message: string, _detail: SessionEvents['error']): void {}

  /** What could be shown now: the connection and every message; a new object with every change. Undefined: not connected. */
  get view(): ConversationView | undefined {
    return this.#release && this.#session?.view;
  }

  /** Calls `listener` after `view` changed, once for many changes; the result ends it. */
  subscribe(listener: () => void): () => void {
    return this.#events.on('change', listener);
  }

  /** Connects, and tells of an answer that is under way; `ask` does it by itself. The hooks are called later, never by this. */
  connect(): void {
    this.#connected();
  }

  /**
   * Lets go of the connection, which others on the page may share; the hooks hear nothing more. What was asked stays asked,
   * and after another `connect` the hooks hear what they have not heard.
   */
  disconnect(): void {
    if (this.#release === undefined) return;
    this.#release();
    this.#release = undefined;
    this.#events.emit('change', undefined);
  }

  /**
   * Sends a question, now or once there is a connection; resolves to its message id. A channel is one conversation: an id
   * may stand before the question, but has to be this one's.
   * @throws ActionError `empty`, `too_long`, `busy` (an answer is open), `signed_out`, `not_supported` (another conversation)
   */
  ask(message: string): Promise<string>;
  ask(conversationId: string, message: string): Promise<string>;
  async ask(...words: readonly string[]): Promise<string> {
    const message = words.at(-1);
    if (words.length > 2 || typeof message !== 'string') {
      throw new TypeError('ask takes the question, a string: ask(message), or ask(conversationId, message).');
    }
    const session = this.#connected();
    if (words.length === 2) this.#requireConversation(words[0]);
    const questionId = session.ask(message);
    this.#account.asked(questionId);
    return questionId;
  }

  /** Ends the answer that is being written; what there is of it stays. */
  stop(): void {
    if (this.#release !== undefined) this.#session?.stop();
  }

  /**
   * Sends a refused question again, or asks for another answer in the place of a failed one: the last that failed, unless
   * its message id is given.
   * @throws ActionError `busy`, `signed_out`, `not_supported` (nothing has failed)
   */
  async retry(messageId?: string): Promise<void> {
    const session = this.#connected();
    const failed = messageId ?? session.view.messages.filter(({ status }) => status === 'failed').at(-1)?.id;
    if (failed === undefined) throw new ActionError('not_supported', 'Nothing has failed that could be tried again.');
    session.retry(failed);
  }

  /** Leaves this conversation (it stays on the server) and begins an empty one. */
  newConversation(): void {
    this.#connected().newConversation();
  }

  #connected(): Session {
    if (this.#release !== undefined && this.#session !== undefined) return this.#session;
    const { session, release } = acquireSession(this.#config);
    const account = this.#account;
    const subscriptions = [
      session.on('start', ({ messageId }) => account.began(messageId)),
      session.on('chunk', ({ messageId, text }) => account.grew(messageId, text)),
      session.on('complete', ({ messageId, text, status }) => {
        if (status !== 'failed') account.ended(messageId, text, { status });
      }),
      session.on('error', (detail) => this.#failed(detail)),
      session.subscribe(() => this.#changed()),
    ];
    this.#session = session;
    this.#release = () => {
      for (const end of subscriptions) end();
      release();
    };
    // Another holder of the session may have come long before; its last change will not be told again.
    queueMicrotask(() => this.#changed());
    return session;
  }

  #changed(): void {
    const { view } = this;
    if (view === undefined) return;
    this.#account.catchUp(view);
    this.#events.emit('change', undefined);
  }

  #failed(detail: SessionEvents['error']): void {
    const { messageId, text, error } = detail;
    // Only an answer has a text.
    if (messageId === undefined || text === undefined) this.#events.emit('error', detail);
    else this.#account.ended(messageId, text, { status: 'failed', error });
  }

  #tellEnd(messageId: string, text: string, end: AnswerEnd): void {
    if (end.status === 'failed') this.#events.emit('error', { messageId, text, error: end.error });
    else this.#events.emit('complete', { messageId, text, status: end.status });
  }

  get #conversationId(): string {
    return this.#session?.view.conversationId ?? '';
  }

  /** The server takes a question into the conversation that was subscribed to, whatever else the action says. */
  #requireConversation(conversationId: unknown): void {
    if (String(conversationId).toLowerCase() === this.#conversationId) return;
    throw new ActionError(
      'not_supported',
      `This channel is conversation ${this.#conversationId}. For another one, make another channel: new AssistantChannel({ conversationId: '…' }).`,
    );
  }
}
