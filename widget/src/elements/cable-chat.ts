import { LitElement, html, nothing } from 'lit';
import type { PropertyValues, TemplateResult } from 'lit';
import { property, query } from 'lit/decorators.js';
import { readAnswerConfig, type AnswerConfig } from './answer-config.js';
import { documentContext, readConfig, type RawConfig } from '../config.js';
import { announcement } from '../controllers/announcements.js';
import type { ChatSession, SessionLease } from '../controllers/chat-session.js';
import { SessionController } from '../controllers/session-controller.js';
import type { ConversationView } from '../conversation/view.js';
import { ActionError, ConfigurationError } from '../errors.js';
import { CableChatAskEvent, CableChatErrorEvent } from '../events.js';
import type { Highlight } from '../markdown/highlight.js';
import { paramsAsJson } from '../params-as-json.js';
import { acquireSession } from '../session-pool.js';
import type { SessionStats } from '../statistics.js';
import { STRINGS } from '../strings.js';
import type { Strings } from '../strings.js';
import type { SubscriptionParams, Transport } from '../transport/transport.js';
import { base } from './base.styles.js';
import { styles } from './cable-chat.styles.js';
import { publicEvent } from './public-events.js';
import { attachInternalsOf, reflectStates, statesOf } from './host-states.js';
import { composerMode } from './composer-mode.js';
import type { CableChatComposer } from './composer.js';
import { alertIcon, composeIcon } from './icons.js';
import type { ChatRequest, ChatRequestEvent } from './request-event.js';
import { theme } from './theme.styles.js';
import type { CableChatThread } from './thread.js';

/** A change of one of these needs another session. */
const CONFIGURATION = [
  'url',
  'channel',
  'channelParams',
  'conversationId',
  'protocol',
  'tokenUrl',
  'action',
  'signedStreamName',
  'actionsUrl',
  'token',
  'getToken',
  'transport',
  'session',
] as const satisfies readonly (keyof CableChat)[];

/** A change of one of these draws every answer anew. */
const ANSWER_CONFIGURATION = [
  'linkProtocols',
  'imageOrigins',
  'highlight',
] as const satisfies readonly (keyof CableChat)[];

/**
 * A chat with an AI assistant over Action Cable or AnyCable, whose answers arrive whole: exactly once, in order, across
 * lost connections.
 *
 * @tag cable-chat
 *
 * @slot empty - Stands in the thread while the conversation is empty; a greeting by default.
 * @slot header - Stands in the header, beside the heading: a `<cable-presence>`.
 * @slot footer - Stands below the composer: a note, a disclaimer.
 *
 * @event {CableChatAskEvent} cable-chat-ask - A question is about to be sent; cancelable.
 * @event {CableChatStartEvent} cable-chat-start - An answer began.
 * @event {CableChatChunkEvent} cable-chat-chunk - An answer grew.
 * @event {CableChatCompleteEvent} cable-chat-complete - An answer is over, and proven whole.
 * @event {CableChatErrorEvent} cable-chat-error - An attribute is wrong, an action was refused or an answer failed.
 * @event {CableChatConnectionEvent} cable-chat-connection - The connection's status changed.
 * @event {CableChatProgressEvent} cable-chat-progress - The open answer misses something, or is silent for long; or goes on.
 * @event {CableChatFrameEvent} cable-chat-frame - A frame of a type that the element does not know came in.
 *
 * @csspart header - The row with the heading.
 * @csspart heading - The heading.
 * @csspart new-button - Begins a new conversation.
 * @csspart config-error - The message about an attribute that is wrong.
 * @csspart thread - The scroller with the messages.
 * @csspart empty - The greeting's place.
 * @csspart message - Every message.
 * @csspart question - A message of the visitor's.
 * @csspart question-text - Its words: the bubble.
 * @csspart answer - A message of the assistant's.
 * @csspart content - Its rendered markdown.
 * @csspart failure - What a failed answer says.
 * @csspart actions - The row of buttons below an answer.
 * @csspart copy-button - Copies an answer.
 * @csspart regenerate-button - Asks for another answer.
 * @csspart retry-button - Tries again what failed.
 * @csspart discard-button - Takes back a question that was not sent.
 * @csspart jump-button - Goes to the newest message.
 * @csspart reconnect-button - Connects at once.
 * @csspart composer - The box around the input and its button.
 * @csspart input - Where the visitor writes.
 * @csspart send-button - Sends, or stops the answer.
 *
 * @cssproperty [--cable-chat-height=36rem] - The element's height.
 * @cssproperty [--cable-chat-measure=46rem] - How wide the column of messages may be.
 * @cssproperty [--cable-chat-radius=1rem] - Roundness; the elements derive theirs from it.
 * @cssproperty [--cable-chat-font-family] - The typeface; the system's by default.
 * @cssproperty [--cable-chat-font-family-mono] - The typeface of code.
 * @cssproperty [--cable-chat-font-size=1rem] - The size of text.
 * @cssproperty --cable-chat-accent - Links, the send button, the focus ring.
 * @cssproperty --cable-chat-on-accent - What stands on the accent colour.
 * @cssproperty --cable-chat-background - Behind everything.
 * @cssproperty --cable-chat-surface - The composer and other raised things.
 * @cssproperty --cable-chat-text - Text.
 * @cssproperty --cable-chat-muted - Less important text.
 * @cssproperty --cable-chat-border - Lines that divide.
 * @cssproperty --cable-chat-border-strong - Lines that a control is recognised by.
 * @cssproperty --cable-chat-hover - Behind a button under the pointer.
 * @cssproperty --cable-chat-user-background - Behind what the visitor said.
 * @cssproperty --cable-chat-user-text - What the visitor said.
 * @cssproperty --cable-chat-code-background - Behind code.
 * @cssproperty --cable-chat-code-keyword - Keywords and tags, where a highlighter colours code.
 * @cssproperty --cable-chat-code-string - Likewise strings.
 * @cssproperty --cable-chat-code-number - Likewise numbers, literals and attributes.
 * @cssproperty --cable-chat-code-title - Likewise names of functions and types.
 * @cssproperty --cable-chat-danger - What failed.
 * @cssproperty --cable-chat-danger-background - Behind what failed.
 * @cssproperty --cable-chat-warning - What needs attention.
 * @cssproperty --cable-chat-warning-background - Behind what needs attention.
 *
 * @cssstate streaming - An answer is being written.
 * @cssstate empty - The conversation has no message.
 * @cssstate connecting - The first connection is not there yet.
 * @cssstate catching-up - Connected; what was missed is being fetched.
 * @cssstate live - Connected, and nothing is missing.
 * @cssstate offline - Not connected; it comes back by itself.
 * @cssstate signed-out - The server refuses this visitor.
 * @cssstate closed - Not connected, until somebody acts.
 * @cssstate misconfigured - An attribute is wrong.
 */
export class CableChat extends LitElement {
  static override readonly styles = [base, theme, styles];

  /** The cable's address. Else the page's `cable-url` or `action-cable-url` meta tag, else `/cable`. */
  @property() url: string | null = null;

  /** The channel's class name; `AssistantChannel` unless given. */
  @property() channel: string | null = null;

  /** Further subscription parameters, beside `conversation_id`: JSON in the attribute, an object or JSON here. */
  @property({ attribute: 'channel-params' }) channelParams: SubscriptionParams | string | null = null;

  /** The conversation, a UUID. Else one is made and kept for this visitor. */
  @property({ attribute: 'conversation-id' }) conversationId: string | null = null;

  /** `actioncable-v1-ext-json` (history and recovery by AnyCable) unless given, or `actioncable-v1-json`. */
  @property() protocol: string | null = null;

  /** Where a token is fetched, with the visitor's cookies and the page's CSRF token. */
  @property({ attribute: 'token-url' }) tokenUrl: string | null = null;

  /** The channel's action that asks; `ask` unless given. Any other is a plain backend's, and gets `{prompt}`. */
  @property() action: string | null = null;

  /** The signed name of this conversation's stream, for a page without channels. Needs `conversation-id` and `actions-url`. */
  @property({ attribute: 'signed-stream-name' }) signedStreamName: string | null = null;

  /** Where actions are posted, for a page without channels. Without `signed-stream-name`, the stream is asked for there. */
  @property({ attribute: 'actions-url' }) actionsUrl: string | null = null;

  /** Above the thread; empty: no header. */
  @property() heading: string | null = null;

  /** In the empty input. */
  @property() placeholder: string | null = null;

  /**
   * What answers may link to: `https: http: mailto:` unless given, parted by blanks, or an array. What can run scripts
   * never is.
   */
  @property({ attribute: 'link-protocols' }) linkProtocols: string | readonly string[] | null = null;

  /** Images from these origins are shown (`https://images.example.com`), parted by blanks, or an array. Others are links. */
  @property({ attribute: 'image-origins' }) imageOrigins: string | readonly string[] | null = null;

  /** Colours an answer's finished code blocks: `(code, language) => Promise<Node | undefined>`. May load what it needs. */
  @property({ attribute: false }) highlight: Highlight | null = null;

  /** A token of the page's own. Better not in the HTML, which caches may serve to others. */
  @property({ attribute: false }) token: string | null = null;

  /** Called whenever a token is needed. */
  @property({ attribute: false }) getToken: (() => string | Promise<string>) | null = null;

  /** A transport of the page's own, instead of a cable to `url`. */
  @property({ attribute: false }) transport: Transport | null = null;

  /** A session of the page's own; nothing is connected by the element then, and the attributes above are not read. */
  @property({ attribute: false }) session: ChatSession | null = null;

  /** Words in another language; those left out stay English. */
  @property({ attribute: false }) strings: Partial<Strings> = {};

  @query('cable-chat-composer') private readonly composer!: CableChatComposer;
  @query('cable-chat-thread') private readonly thread!: CableChatThread;

  readonly #internals = attachInternalsOf(this);
  readonly #sessions = new SessionController(this, {
    acquire: () => this.#acquire(),
    onEvent: (name, detail) => this.dispatchEvent(publicEvent(name, detail)),
    onConfigurationError: (error) => this.dispatchEvent(new CableChatErrorEvent(error)),
  });
  #words: Strings = STRINGS;
  #allowed: AnswerConfig | undefined;
  #drawn: ConversationView | undefined;
  #announcement = '';

  protected override willUpdate(changed: PropertyValues<this>): void {
    const answersChanged = ANSWER_CONFIGURATION.some((name) => changed.has(name));
    if (answersChanged) this.#allowed = undefined;
    if (answersChanged || CONFIGURATION.some((name) => changed.has(name))) this.#sessions.invalidate();
    if (changed.has('strings')) this.#words = { ...STRINGS, ...this.strings };
  }

  protected override update(changed: PropertyValues): void {
    // After `hostUpdate`, which may have taken another session.
    const view = this.#sessions.view;
    this.#announcement = announcement(this.#drawn, view, this.#words) ?? this.#announcement;
    this.#drawn = view;
    super.update(changed);
  }

  protected override updated(): void {
    reflectStates(this.#internals, statesOf(this.#sessions.view, this.#sessions.error !== undefined));
  }

  readonly #onRequest = (event: ChatRequestEvent): void => {
    event.stopPropagation();
    try {
      if (!this.#grant(event.request)) event.preventDefault();
    } catch (error) {
      event.preventDefault();
      if (!(error instanceof ActionError)) throw error;
      this.composer.showProblem(error.message);
      this.dispatchEvent(new CableChatErrorEvent(error));
    }
  };

  /** What is shown now; a new object with every change. `undefined` while there is no session. */
  get view(): ConversationView | undefined {
    return this.#sessions.view;
  }

  /** The session that is shown, the page's own or the element's; `undefined` while there is none. */
  get activeSession(): ChatSession | undefined {
    return this.#sessions.session;
  }

  /** What the session has been through: frames received, dropped as doubles, recovered, … */
  get stats(): SessionStats | undefined {
    return this.#sessions.session?.stats;
  }

  /** Sends a question as if the visitor had. Returns its id, or `undefined` if a listener of `cable-chat-ask` kept it. */
  ask(text: string): string | undefined {
    const session = this.#session();
    if (!this.dispatchEvent(new CableChatAskEvent(text))) return undefined;
    const id = session.ask(text);
    this.thread.showLatest();
    return id;
  }

  /** Ends the answer that is being written; what there is of it stays. */
  stop(): void {
    this.#session().stop();
  }

  /** Leaves this conversation (it stays on the server) and begins an empty one. */
  newConversation(): void {
    this.#session().newConversation();
  }

  /** Puts the cursor into the composer. */
  override focus(options?: FocusOptions): void {
    this.composer?.focus(options);
  }

  #acquire(): SessionLease {
    this.#allowed ??= readAnswerConfig(this);
    if (this.session) return { session: ownSession(this.session), release: () => {} };
    const channelParams = paramsAsJson(this.channelParams);
    return acquireSession(readConfig({ ...this.#attributes(), channelParams }, documentContext()));
  }

  #attributes(): Omit<RawConfig, 'channelParams'> {
    const { url, channel, conversationId, protocol, tokenUrl, action, token, getToken, transport } = this;
    const { signedStreamName, actionsUrl } = this;
    const own = { url, channel, conversationId, protocol, tokenUrl, action, token, getToken, transport };
    return { ...own, signedStreamName, actionsUrl };
  }

  #session(): ChatSession {
    const { session, error } = this.#sessions;
    if (error) throw error;
    if (!session) throw new ActionError('not_supported', '<cable-chat> is not in the page (yet).');
    return session;
  }

  #grant(request: ChatRequest): boolean {
    const session = this.#session();
    switch (request.kind) {
      case 'ask':
        return this.ask(request.text) !== undefined;
      case 'stop':
        session.stop();
        return true;
      case 'retry':
        session.retry(request.messageId);
        this.thread.showLatest();
        return true;
      case 'discard':
        session.discard(request.messageId);
        return true;
      case 'regenerate':
        session.regenerate(request.messageId);
        this.thread.showLatest();
        return true;
      case 'load-earlier':
        session.loadEarlier();
        return true;
      case 'reconnect':
        session.reconnect();
        return true;
    }
  }

  readonly #startAnew = (): void => {
    this.newConversation();
    this.focus();
  };

  override render(): TemplateResult {
    const words = this.#words;
    const { view, error } = this.#sessions;
    const heading = this.heading ?? words.heading;
    return html`
      <div class="chat" @cable-chat-internal-request=${this.#onRequest}>
        ${this.#header(heading, view)}
        ${
          error
            ? html`<div class="config-error" part="config-error" role="alert">
                ${alertIcon}
                <div>
                  <strong>${words.misconfigured}</strong>
                  <p>${error.message}</p>
                </div>
              </div>`
            : nothing
        }
        <cable-chat-thread
          exportparts="thread, empty, message, question, question-text, answer, content, failure, actions, copy-button, regenerate-button, retry-button, discard-button, jump-button"
          ?hidden=${error !== undefined}
          .strings=${words}
          .label=${heading || words.thread}
          .messages=${view?.messages ?? []}
          .allowed=${this.#allowed}
          .hasEarlier=${view?.hasEarlier ?? false}
          .canRegenerate=${this.#canRegenerate(view)}
          .loading=${isLoading(view)}
        >
          <slot name="empty">
            <div class="greeting">
              <strong>${words.emptyTitle}</strong>
              <p>${words.emptyHint}</p>
            </div>
          </slot>
        </cable-chat-thread>
        <div class="bottom" ?hidden=${error !== undefined}>
          <cable-chat-status
            exportparts="reconnect-button"
            .strings=${words}
            .connection=${view?.connection ?? 'connecting'}
            ?stalled=${view?.stalled ?? false}
            ?volatile=${view?.outboxIsVolatile ?? false}
          ></cable-chat-status>
          <cable-chat-composer
            exportparts="composer, input, send-button"
            .strings=${words}
            .placeholder=${this.placeholder ?? ''}
            .mode=${composerMode(view, this.#supports('stop'))}
            .maxBytes=${view?.maxMessageBytes ?? Infinity}
          ></cable-chat-composer>
          <slot name="footer"></slot>
        </div>
        <div class="visually-hidden" role="status" id="announcer">${this.#announcement}</div>
      </div>
    `;
  }

  #header(heading: string, view: ConversationView | undefined): TemplateResult {
    const label = this.#words.newConversation;
    return html`<header part="header" ?hidden=${heading === ''}>
      ${heading === '' ? nothing : html`<h2 part="heading" dir="auto">${heading}</h2>`}
      <div class="tools">
        <slot name="header"></slot>
        <button
          class="icon-button"
          part="new-button"
          aria-label=${label}
          title=${label}
          ?hidden=${!view || view.messages.length === 0}
          @click=${this.#startAnew}
        >
          ${composeIcon}
        </button>
      </div>
    </header>`;
  }

  #supports(feature: 'stop' | 'regenerate'): boolean {
    const session = this.#sessions.session;
    return session !== undefined && (session.supports?.(feature) ?? true);
  }

  #canRegenerate(view: ConversationView | undefined): boolean {
    return view !== undefined && view.openAnswer === undefined && this.#supports('regenerate');
  }
}

/** An empty thread says nothing while messages may still come. */
function isLoading(view: ConversationView | undefined): boolean {
  if (!view) return true;
  return !view.ready && (view.connection === 'connecting' || view.connection === 'catching-up');
}

/** @throws ConfigurationError where the page set something else than a session */
function ownSession(session: ChatSession): ChatSession {
  const { subscribe, on, view } = session as Partial<ChatSession>;
  if (typeof subscribe === 'function' && typeof on === 'function' && view !== undefined) return session;
  throw new ConfigurationError('session', 'session must be a ChatSession: an object with view, subscribe, on, ask, …');
}

declare global {
  interface HTMLElementTagNameMap {
    'cable-chat': CableChat;
  }
}
