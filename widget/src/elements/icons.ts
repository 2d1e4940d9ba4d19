/** Pictures are drawn here, so that none is fetched. All are decoration: the button around one has the words. */
import { html } from 'lit';
import type { TemplateResult } from 'lit';

export const sendIcon: TemplateResult = html`<svg viewBox="0 0 24 24" aria-hidden="true" class="send-icon">
  <path d="M12 19V5M6 11l6-6 6 6" />
</svg>`;

export const stopIcon: TemplateResult = html`<svg viewBox="0 0 24 24" aria-hidden="true">
  <rect x="5.5" y="5.5" width="13" height="13" rx="2.5" fill="currentColor" stroke="none" />
</svg>`;

export const composeIcon: TemplateResult = html`<svg viewBox="0 0 24 24" aria-hidden="true">
  <path d="M12 20h8M5 20l1-4L16.5 5.5a2.1 2.1 0 0 1 3 3L9 19z" />
</svg>`;

export const copyIcon: TemplateResult = html`<svg viewBox="0 0 24 24" aria-hidden="true">
  <rect x="9" y="9" width="11" height="11" rx="2.5" />
  <path d="M5.5 15A1.5 1.5 0 0 1 4 13.5v-7A2.5 2.5 0 0 1 6.5 4h7A1.5 1.5 0 0 1 15 5.5" />
</svg>`;

export const checkIcon: TemplateResult = html`<svg viewBox="0 0 24 24" aria-hidden="true">
  <path d="m5 12.5 4.5 4.5L19 7.5" />
</svg>`;

export const retryIcon: TemplateResult = html`<svg viewBox="0 0 24 24" aria-hidden="true">
  <path d="M20 11a8 8 0 1 0-2.3 6.2M20 5v6h-6" />
</svg>`;

export const downIcon: TemplateResult = html`<svg viewBox="0 0 24 24" aria-hidden="true">
  <path d="M12 5v14M6 13l6 6 6-6" />
</svg>`;

export const alertIcon: TemplateResult = html`<svg viewBox="0 0 24 24" aria-hidden="true">
  <circle cx="12" cy="12" r="8.5" />
  <path d="M12 8v4.5M12 15.8v.2" />
</svg>`;
