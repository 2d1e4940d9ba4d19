import { LitElement, html, nothing } from 'lit';
import type { PropertyValues, TemplateResult } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { STRINGS, fill } from '../strings.js';
import type { Strings } from '../strings.js';
import { base } from './base.styles.js';
import type { ComposerMode } from './composer-mode.js';
import { styles } from './composer.styles.js';
import { sendIcon, stopIcon } from './icons.js';
import { request } from './request-event.js';

/** From this share of the limit on, the length is shown. */
const SHOW_LENGTH_FROM = 0.8;

const encoder = new TextEncoder();

/** Where the visitor writes. The draft is lost only by being sent. Internal to `<cable-chat>`. */
export class CableChatComposer extends LitElement {
  static override readonly styles = [base, styles];

  @property({ attribute: false }) strings: Strings = STRINGS;
  @property({ attribute: false }) placeholder = '';
  @property({ attribute: false }) mode: ComposerMode = 'ready';
  /** UTF-8 bytes that a question may have. */
  @property({ attribute: false }) maxBytes = Infinity;

  @state() private draft = '';
  @state() private problem = '';

  @query('textarea') private readonly textarea!: HTMLTextAreaElement;
  /** Since the problem was shown; so that it goes when the visitor goes on writing. */
  #bytes = 0;

  override focus(options?: FocusOptions): void {
    this.textarea.focus(options);
  }

  /** Says why a question was not sent, until the draft changes. */
  showProblem(message: string): void {
    this.problem = message;
  }

  protected override willUpdate(changed: PropertyValues): void {
    // A problem with an answer that was in the way is over when the way is free.
    if (changed.has('mode') && changed.get('mode') !== undefined) this.problem = '';
  }

  readonly #onInput = (): void => {
    this.draft = this.textarea.value;
    this.problem = '';
    this.#bytes = encoder.encode(this.draft.trim()).length;
  };

  readonly #onKeydown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.shiftKey || event.altKey || event.ctrlKey || event.metaKey) return;
    // Enter that ends a composition chooses a word. Safari sends it after `compositionend`, known by its code only:
    // https://developer.mozilla.org/docs/Web/API/Element/keydown_event#keydown_events_with_ime
    if (event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.#send();
  };

  readonly #onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (this.mode === 'answering') request(this, { kind: 'stop' });
    else this.#send();
    // The button is about to change its meaning: a second press of Enter must not hit the other one.
    this.focus({ preventScroll: true });
  };

  /** A press on the button leaves the focus, and a phone's keyboard, where it is. */
  readonly #keepFocus = (event: Event): void => event.preventDefault();

  #send(): void {
    const text = this.draft.trim();
    if (text === '' || this.#isTooLong()) return;
    if (this.mode === 'answering' || this.mode === 'waiting') {
      this.problem = this.strings.waitForAnswer;
      return;
    }
    if (this.mode !== 'ready') return;
    if (!request(this, { kind: 'ask', text })) return;
    this.draft = '';
    this.problem = '';
    this.#bytes = 0;
  }

  #isTooLong(): boolean {
    return this.#bytes > this.maxBytes;
  }

  override render(): TemplateResult {
    const answering = this.mode === 'answering';
    const sendable = this.mode === 'ready' && this.draft.trim() !== '' && !this.#isTooLong();
    const label = answering ? this.strings.stop : this.strings.send;
    return html`
      <form part="composer" class="composer" @submit=${this.#onSubmit}>
        <div class="grow" data-value=${this.draft}>
          <textarea
            part="input"
            rows="1"
            dir=${this.draft === '' ? nothing : 'auto'}
            enterkeyhint="send"
            autocomplete="off"
            aria-label=${this.strings.composer}
            aria-describedby="note"
            aria-invalid=${this.#isTooLong() ? 'true' : nothing}
            placeholder=${this.placeholder || this.strings.placeholder}
            ?disabled=${this.mode === 'unavailable'}
            .value=${this.draft}
            @input=${this.#onInput}
            @keydown=${this.#onKeydown}
          ></textarea>
        </div>
        <button
          part="send-button"
          class="send"
          type="submit"
          aria-label=${label}
          title=${label}
          aria-disabled=${answering || sendable ? nothing : 'true'}
          @mousedown=${this.#keepFocus}
        >
          ${answering ? stopIcon : sendIcon}
        </button>
      </form>
      <p
        id="note"
        class="note"
        role="status"
        ?data-problem=${this.problem !== '' || this.#isTooLong()}
        .textContent=${this.#note()}
      ></p>
    `;
  }

  #note(): string {
    const numbers = { used: this.#bytes.toLocaleString(), limit: this.maxBytes.toLocaleString() };
    if (this.#isTooLong()) return fill(this.strings.tooLong, numbers);
    if (this.problem !== '') return this.problem;
    return this.#bytes >= this.maxBytes * SHOW_LENGTH_FROM ? fill(this.strings.lengthUsed, numbers) : '';
  }
}
