/**
 * What a page may theme, and what it gets if it does not. The public properties are read here and nowhere else; the
 * elements use the private `--_…` ones, which inherit through their shadow roots.
 */
import { css } from 'lit';

export const theme = css`
  :host {
    color-scheme: light dark;
    --_accent: var(--cable-chat-accent, light-dark(#2456d6, #8fb3ff));
    --_on-accent: var(--cable-chat-on-accent, light-dark(#ffffff, #0d1830));
    --_background: var(--cable-chat-background, light-dark(#ffffff, #15171c));
    --_surface: var(--cable-chat-surface, light-dark(#ffffff, #1e2128));
    --_text: var(--cable-chat-text, light-dark(#1a1e27, #e7e9ee));
    --_muted: var(--cable-chat-muted, light-dark(#59616f, #a5adbb));
    --_border: var(--cable-chat-border, light-dark(#e0e4eb, #333842));
    --_border-strong: var(--cable-chat-border-strong, light-dark(#868e9b, #737c8b));
    --_user-background: var(--cable-chat-user-background, light-dark(#edf1fb, #26324d));
    --_user-text: var(--cable-chat-user-text, light-dark(#1a1e27, #eef2fb));
    --_code-background: var(--cable-chat-code-background, light-dark(#f5f6f9, #1c2027));
    --_hover: var(--cable-chat-hover, light-dark(#eef0f4, #2a2f38));
    --_danger: var(--cable-chat-danger, light-dark(#b3261e, #ffb4ab));
    --_danger-background: var(--cable-chat-danger-background, light-dark(#fdf0ef, #35201f));
    --_warning: var(--cable-chat-warning, light-dark(#7a4d00, #f3c06b));
    --_warning-background: var(--cable-chat-warning-background, light-dark(#fff6e3, #322818));
    --_radius: var(--cable-chat-radius, 1rem);
    --_measure: var(--cable-chat-measure, 46rem);
    --_mono: var(--cable-chat-font-family-mono, ui-monospace, SFMono-Regular, Menlo, Consolas, monospace);
    --_shadow: light-dark(0 1px 2px rgb(16 24 40 / 6%), 0 1px 2px rgb(0 0 0 / 40%));
    --_shadow-raised: light-dark(0 4px 16px rgb(16 24 40 / 12%), 0 4px 16px rgb(0 0 0 / 50%));
  }
`;
