import { LitElement, html, nothing } from 'lit';
import type { PropertyValues, TemplateResult } from 'lit';
import { property, query } from 'lit/decorators.js';
import { guard } from 'lit/directives/guard.js';
import { repeat } from 'lit/directives/repeat.js';
import { FrameScheduler } from '../controllers/frame-scheduler.js';
import { StickToBottomController } from '../controllers/stick-to-bottom.js';
import type { MessageView } from '../conversation/view.js';
import { warmUpMarkdown } from '../markdown/stream.js';
import { STRINGS } from '../strings.js';
import type { Strings } from '../strings.js';
import type { AnswerConfig } from './answer-config.js';
import { base } from './base.styles.js';
import { downIcon } from './icons.js';
import { MessageGroups } from './message-groups.js';
import type { MessageGroup } from './message-groups.js';
import { request } from './request-event.js';
import { styles } from './thread.styles.js';

const NO_MESSAGES: readonly MessageView[] = [];

/**
 * The messages, oldest first, in a scroller of their own. Internal to `<cable-chat>`.
 * @slot - what stands there while there is no message
 */
export class CableChatThread extends LitElement {
  static override readonly styles = [base, styles];

  @property({ attribute: false }) strings: Strings = STRINGS;
  @property({ attribute: false }) label = '';
  @property({ attribute: false }) messages: readonly MessageView[] = NO_MESSAGES;
  @property({ attribute: false }) hasEarlier = false;
  /** What the page allows answers to show. */
  @property({ attribute: false }) allowed: AnswerConfig | undefined;
  @property({ attribute: false }) canRegenerate = false;
  /** Messages may still be on their way: an empty thread says nothing yet. */
  @property({ attribute: false }) loading = false;

  @query('.scroller') private readonly scroller!: HTMLElement;
  @query('.content') private readonly content!: HTMLElement;

  readonly #stick = new StickToBottomController(this);
  readonly #groups = new MessageGroups();
  /** A long history is drawn some of a frame. */
  readonly #scheduler = new FrameScheduler(() => this.requestUpdate());

  /** Shows the newest message, and follows it as it grows. */
  showLatest(): void {
    this.#stick.stick();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#scheduler.cancel();
  }

  protected override updated(_changed: PropertyValues): void {
    if (this.#groups.waiting > 0) this.#scheduler.request();
  }

  protected override firstUpdated(_changed: PropertyValues): void {
    this.#stick.observe(this.scroller, this.content);
    warmUpMarkdown();
  }

  readonly #loadEarlier = (): void => void request(this, { kind: 'load-earlier' });

  readonly #jump = (): void => {
    this.showLatest();
    // The button goes; the focus must not fall to the page's beginning.
    this.scroller.focus({ preventScroll: true });
  };

  override render(): TemplateResult {
    const { strings, messages, allowed, canRegenerate } = this;
    const groups = this.#groups.update(messages);
    const last = groups[groups.length - 1];
    return html`
      <div class="scroller" part="thread" role="log" aria-live="off" aria-label=${this.label} tabindex="0">
        <div class="content">
          <div class="empty" part="empty" ?hidden=${messages.length > 0 || this.loading}><slot></slot></div>
          ${
            this.hasEarlier && this.#groups.waiting === 0
              ? html`<button class="earlier text-button" @click=${this.#loadEarlier}>${strings.loadEarlier}</button>`
              : nothing
          }
          ${repeat(
            groups,
            ({ key }) => key,
            (group) =>
              guard([group, strings, allowed, group === last, group === last && canRegenerate], () =>
                this.#group(group, group === last),
              ),
          )}
        </div>
      </div>
      <button
        class="jump"
        part="jump-button"
        aria-label=${strings.jumpToLatest}
        title=${strings.jumpToLatest}
        ?hidden=${this.#stick.stuck || messages.length === 0}
        @click=${this.#jump}
      >
        ${downIcon}
      </button>
    `;
  }

  #group({ messages }: MessageGroup, latest: boolean): TemplateResult {
    return html`<div class="group">
      ${repeat(
        messages,
        ({ id }) => id,
        (message, index) => this.#message(message, latest && index === messages.length - 1),
      )}
    </div>`;
  }

  #message(message: MessageView, latest: boolean): TemplateResult {
    if (message.role === 'user') {
      return html`<cable-chat-question
        exportparts="message, question, question-text, retry-button"
        .strings=${this.strings}
        .question=${message}
      ></cable-chat-question>`;
    }
    return html`<cable-chat-answer
      exportparts="message, answer, content, actions, failure, copy-button, regenerate-button, retry-button"
      .strings=${this.strings}
      .answer=${message}
      .allowed=${this.allowed}
      .regenerable=${latest && this.canRegenerate}
      .latest=${latest}
    ></cable-chat-answer>`;
  }
}
