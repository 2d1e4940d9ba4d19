import { LitElement, html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import type { ConnectionStatus } from '../conversation/view.js';
import { STRINGS } from '../strings.js';
import type { Strings } from '../strings.js';
import { base } from './base.styles.js';
import { request } from './request-event.js';
import { styles } from './status.styles.js';

/** What the visitor should know of the connection; nothing while all is well. Internal to `<cable-chat>`. */
export class CableChatStatus extends LitElement {
  static override readonly styles = [base, styles];

  @property({ attribute: false }) strings: Strings = STRINGS;
  @property({ attribute: false }) connection: ConnectionStatus = 'connecting';

  /** The open answer has been silent for long. */
  @property({ type: Boolean }) stalled = false;
  /** Something unsent would not survive a reload. */
  @property({ type: Boolean }) volatile = false;

  readonly #reconnect = (): void => void request(this, { kind: 'reconnect' });

  override render(): TemplateResult {
    // The live region stays; only its words come and go, else they would not be spoken.
    return html`
      <div class="status" data-connection=${this.connection} ?data-volatile=${this.volatile}>
        <span class="passing">${this.#passing()}</span>
        <span class="lasting" role="status">${this.#lasting()}</span>
        ${
          this.connection === 'closed' || this.connection === 'offline'
            ? html`<button class="text-button" part="reconnect-button" @click=${this.#reconnect}>
                ${this.strings.reconnect}
              </button>`
            : nothing
        }
      </div>
    `;
  }

  /** Shown only if it takes a while, and not spoken. */
  #passing(): string | typeof nothing {
    if (this.connection === 'connecting') return this.strings.connecting;
    if (this.connection === 'catching-up') return this.strings.catchingUp;
    return this.stalled ? this.strings.stalled : nothing;
  }

  #lasting(): string | typeof nothing {
    switch (this.connection) {
      case 'offline':
        return this.strings.offline;
      case 'signed-out':
        return this.strings.signedOut;
      case 'closed':
        return this.strings.closed;
      default:
        return this.volatile ? this.strings.volatile : nothing;
    }
  }
}
