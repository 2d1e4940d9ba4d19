/** What every element here shares: sizing, focus, buttons, and words for screen readers only. */
import { css } from 'lit';

export const base = css`
  :host {
    box-sizing: border-box;
  }

  *,
  *::before,
  *::after {
    box-sizing: inherit;
  }

  :host([hidden]),
  [hidden] {
    display: none !important;
  }

  :focus-visible {
    outline: 2px solid var(--_accent);
    outline-offset: 2px;
  }

  button {
    margin: 0;
    padding: 0;
    border: 0;
    background: none;
    color: inherit;
    font: inherit;
    cursor: pointer;
    -webkit-tap-highlight-color: transparent;
  }

  .icon-button {
    display: inline-grid;
    place-items: center;
    inline-size: 2.25rem;
    block-size: 2.25rem;
    border-radius: 0.625rem;
    color: var(--_muted);
    transition:
      background-color 120ms,
      color 120ms;
  }

  .icon-button:hover {
    background: var(--_hover);
    color: var(--_text);
  }

  .text-button {
    padding: 0.3125em 0.75em;
    border: 1px solid var(--_border);
    border-radius: 999px;
    background: var(--_surface);
    color: var(--_text);
    font-weight: 500;
    transition: background-color 120ms;
  }

  .text-button:hover {
    background: var(--_hover);
  }

  svg {
    display: block;
    inline-size: 1.125rem;
    block-size: 1.125rem;
    fill: none;
    stroke: currentColor;
    stroke-width: 1.75;
    stroke-linecap: round;
    stroke-linejoin: round;
  }

  .visually-hidden {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      animation-duration: 1ms !important;
      animation-iteration-count: 1 !important;
      transition-duration: 1ms !important;
    }
  }

  @media (forced-colors: active) {
    .text-button,
    .icon-button {
      border: 1px solid ButtonText;
    }

    :focus-visible {
      outline-color: Highlight;
    }
  }
`;
