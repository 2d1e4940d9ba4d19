import { LitElement, html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import type { QuestionView } from '../conversation/view.js';
import { STRINGS } from '../strings.js';
import type { Strings } from '../strings.js';
import { base } from './base.styles.js';
import { alertIcon } from './icons.js';
import { styles } from './question.styles.js';
import { request } from './request-event.js';

/** What the visitor said, as it was written, and what became of it. Internal to `<cable-chat>`. */
export class CableChatQuestion extends LitElement {
  static override readonly styles = [base, styles];

  @property({ attribute: false }) strings: Strings = STRINGS;
  @property({ attribute: false }) question: QuestionView | undefined;

  readonly #retry = (): void => {
    if (this.question) request(this, { kind: 'retry', messageId: this.question.id });
  };

  readonly #discard = (): void => {
    if (this.question) request(this, { kind: 'discard', messageId: this.question.id });
  };

  override render(): TemplateResult | typeof nothing {
    const { question } = this;
    if (!question) return nothing;
    return html`
      <article part="message question" aria-label=${this.strings.you} data-status=${question.status}>
        <p class="text" part="question-text" dir="auto" .textContent=${question.text}></p>
        ${this.#status(question)}
      </article>
    `;
  }

  #status(question: QuestionView): TemplateResult | typeof nothing {
    switch (question.status) {
      case 'pending':
        return html`<p class="status">${this.strings.pending}</p>`;
      case 'sending':
        return html`<p class="status passing">${this.strings.sending}</p>`;
      case 'failed':
        return html`<p class="status failed">
          ${alertIcon}<span>${question.error?.message ?? this.strings.questionFailed}</span>
          ${
            question.error?.retryable === false
              ? nothing
              : html`<button class="text-button" part="retry-button" @click=${this.#retry}>
                  ${this.strings.retry}
                </button>`
          }
          <button class="text-button" part="discard-button" @click=${this.#discard}>${this.strings.discard}</button>
        </p>`;
      case 'sent':
        return nothing;
    }
  }
}
