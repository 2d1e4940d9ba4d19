import { LitElement, html, nothing } from 'lit';
import type { PropertyValues, TemplateResult } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import type { AnswerConfig } from './answer-config.js';
import { FrameScheduler } from '../controllers/frame-scheduler.js';
import type { AnswerView } from '../conversation/view.js';
import { copyText } from '../markdown/copy.js';
import { MarkdownStream } from '../markdown/stream.js';
import { isFinal } from '../protocol/frames.js';
import { STRINGS } from '../strings.js';
import type { Strings } from '../strings.js';
import { styles } from './answer.styles.js';
import { base } from './base.styles.js';
import { alertIcon, checkIcon, copyIcon, retryIcon } from './icons.js';
import { markdownStyles } from './markdown.styles.js';
import { request } from './request-event.js';

/** An answer's headings stand below the chat's own `h2`. */
const HEADING_OFFSET = 2;

/** A long text is drawn in slices of a frame, so that the page answers meanwhile. */
const DRAW_FOR_MS = 8;

/** How long the copy button says what became of the click. */
const COPY_SHOWN_FOR_MS = 2000;

/** What the assistant says, while it says it and after. Internal to `<cable-chat>`. */
export class CableChatAnswer extends LitElement {
  static override readonly styles = [base, markdownStyles, styles];

  @property({ attribute: false }) strings: Strings = STRINGS;
  @property({ attribute: false }) answer: AnswerView | undefined;
  /** What the page allows it to show, and who colours its code. */
  @property({ attribute: false }) allowed: AnswerConfig | undefined;
  /** Another answer to the same question may be asked for; or this one again, if it failed. */
  @property({ attribute: false }) regenerable = false;
  /** The newest message: its actions are always visible. */
  @property({ type: Boolean, reflect: true }) latest = false;

  @state() private copyState: 'idle' | 'copied' | 'failed' = 'idle';

  @query('.markdown') private readonly container!: HTMLElement;

  readonly #scheduler = new FrameScheduler(() => this.#draw());
  #stream: MarkdownStream | undefined;
  /** What the stream has been given of this answer. */
  #written = '';
  #drawnId: string | undefined;
  #copyTimer: ReturnType<typeof setTimeout> | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    // Whatever was due is drawn now: moved elsewhere in the page, the element shows what it has.
    this.#scheduler.flush();
    clearTimeout(this.#copyTimer);
    this.copyState = 'idle';
  }

  protected override updated(changed: PropertyValues): void {
    const redrawn = changed.has('strings') || changed.has('allowed');
    if (!changed.has('answer') && !redrawn) return;
    if (redrawn) this.#discard();
    // Words that come are drawn once a frame; a text that is whole is begun at once.
    if (this.answer && !isFinal(this.answer.status) && this.#stream) this.#scheduler.request();
    else {
      this.#scheduler.cancel();
      this.#draw();
    }
  }

  #draw(): void {
    const { answer } = this;
    if (!answer) return this.#discard();
    const grown = answer.id === this.#drawnId && answer.text.startsWith(this.#written);
    if (!grown) this.#discard();
    this.#stream ??= new MarkdownStream(this.container, {
      ...this.allowed,
      labels: this.strings,
      headingOffset: HEADING_OFFSET,
    });
    this.#drawnId = answer.id;
    const suffix = answer.text.slice(this.#written.length);
    this.#written = answer.text;
    if (suffix !== '') this.#stream.write(suffix);
    const until = performance.now() + DRAW_FOR_MS;
    while (this.#stream.step()) if (performance.now() > until) return this.#scheduler.request();
    if (isFinal(answer.status)) this.#stream.end();
  }

  #discard(): void {
    this.#stream?.dispose();
    this.#stream = undefined;
    this.#written = '';
    this.#drawnId = undefined;
    this.container?.replaceChildren();
  }

  readonly #copy = async (): Promise<void> => {
    if (!this.answer) return;
    this.copyState = (await copyText(this.answer.text)) ? 'copied' : 'failed';
    clearTimeout(this.#copyTimer);
    this.#copyTimer = setTimeout(() => (this.copyState = 'idle'), COPY_SHOWN_FOR_MS);
  };

  readonly #regenerate = (): void => {
    if (this.answer) request(this, { kind: 'regenerate', messageId: this.answer.id });
  };

  readonly #retry = (): void => {
    if (this.answer) request(this, { kind: 'retry', messageId: this.answer.id });
  };

  override render(): TemplateResult | typeof nothing {
    const { answer, strings } = this;
    if (!answer) return nothing;
    const open = !isFinal(answer.status);
    const thinking = open && answer.text === '';
    return html`
      <article
        part="message answer"
        aria-label=${strings.assistant}
        aria-busy=${open ? 'true' : 'false'}
        data-status=${answer.status}
      >
        <div class="markdown" part="content" ?data-open=${open && !thinking}></div>
        <p class="thinking" ?hidden=${!thinking}>
          <span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>
          <span class="visually-hidden">${strings.thinking}</span>
        </p>
        ${this.#footnote(answer)} ${this.#actions(answer)}
      </article>
    `;
  }

  #footnote(answer: AnswerView): TemplateResult | typeof nothing {
    const { strings } = this;
    if (answer.status === 'failed') {
      return html`<div class="footnote failed" part="failure">
        ${alertIcon}<span>${answer.error?.message ?? strings.answerFailed}</span>
        ${
          answer.error?.retryable === false || !this.regenerable
            ? nothing
            : html`<button class="text-button" part="retry-button" @click=${this.#retry}>${strings.retry}</button>`
        }
      </div>`;
    }
    if (answer.incomplete) return html`<p class="footnote">${strings.answerIncomplete}</p>`;
    if (answer.status === 'stopped') return html`<p class="footnote">${strings.answerStopped}</p>`;
    if (answer.reason === 'length') return html`<p class="footnote">${strings.answerCut}</p>`;
    return nothing;
  }

  #actions(answer: AnswerView): TemplateResult | typeof nothing {
    if (!isFinal(answer.status)) return nothing;
    const { strings } = this;
    const copyLabel = { idle: strings.copy, copied: strings.copied, failed: strings.copyFailed }[this.copyState];
    return html`
      <div class="actions" part="actions">
        ${
          answer.text === ''
            ? nothing
            : html`<button
                class="icon-button"
                part="copy-button"
                aria-label=${copyLabel}
                title=${copyLabel}
                @click=${this.#copy}
              >
                ${this.copyState === 'copied' ? checkIcon : this.copyState === 'failed' ? alertIcon : copyIcon}
              </button>`
        }
        ${
          this.regenerable && answer.status !== 'failed'
            ? html`<button
                class="icon-button"
                part="regenerate-button"
                aria-label=${strings.regenerate}
                title=${strings.regenerate}
                @click=${this.#regenerate}
              >
                ${retryIcon}
              </button>`
            : nothing
        }
      </div>
    `;
  }
}
