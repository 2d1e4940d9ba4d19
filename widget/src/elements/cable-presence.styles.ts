import { css } from 'lit';

/** A face's letters stand on its colour with a contrast of 5 and more, in the light and in the dark; a test computes it. */
export const styles = css`
  :host {
    --_size: var(--cable-presence-size, 1.75rem);
    display: inline-block;
    max-inline-size: 100%;
    color: var(--_text);
    font-family: var(--cable-chat-font-family, ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif);
    font-size: var(--cable-chat-font-size, 1rem);
    font-weight: 400;
    line-height: 1.5;
    text-align: start;
    letter-spacing: normal;
  }

  .presence {
    position: relative;
    display: flex;
    align-items: center;
    gap: 0.375rem;
    min-block-size: var(--_size);
  }

  ul {
    margin: 0;
    padding: 0;
    list-style: none;
  }

  .faces {
    display: flex;
    flex: none;
  }

  .faces li + li {
    margin-inline-start: -0.25rem;
  }

  .face,
  .more {
    display: grid;
    flex: none;
    place-items: center;
    min-inline-size: var(--_size);
    block-size: var(--_size);
    overflow: hidden;
    border: 2px solid var(--_background);
    border-radius: 999px;
    color: light-dark(#ffffff, #14171c);
    font-size: 0.625em;
    font-weight: 600;
    line-height: 1;
    white-space: nowrap;
    user-select: none;
  }

  .face {
    inline-size: var(--_size);
  }

  .faces li {
    animation: appear 160ms both;
  }

  .more {
    padding-inline: 0.375em;
    background: var(--_hover);
    color: var(--_text);
    font-variant-numeric: tabular-nums;
  }

  .count {
    min-inline-size: 0;
    padding: 0.125em 0.375em;
    border-radius: 0.375rem;
    color: var(--_muted);
    font-size: 0.8125em;
    text-align: start;
  }

  button.count:hover {
    background: var(--_hover);
    color: var(--_text);
  }

  /* Beside the heading of a narrow chat there is no room for words: the faces are the button, and readers hear the words. */
  @container (inline-size <= 24rem) {
    :host([slot='header']) button.count {
      position: absolute;
      inset: 0;
      padding: 0;
    }

    :host([slot='header']) button.count:hover {
      background: none;
    }

    :host([slot='header']) .count > span {
      position: absolute;
      inline-size: 1px;
      block-size: 1px;
      margin: -1px;
      overflow: hidden;
      clip-path: inset(50%);
      white-space: nowrap;
    }
  }

  .panel {
    position: absolute;
    z-index: 1;
    inset-block-start: calc(100% + 0.25rem);
    inset-inline-start: 0;
    inline-size: max-content;
    min-inline-size: 10rem;
    max-inline-size: min(18rem, 90vw);
    padding: 0.5rem;
    border: 1px solid var(--_border);
    border-radius: calc(var(--_radius) - 0.25rem);
    background: var(--_surface);
    box-shadow: var(--_shadow-raised);
    font-size: 0.875em;
  }

  .panel[data-side='end'] {
    inset-inline: auto 0;
  }

  .panel[data-block='above'] {
    inset-block: auto calc(100% + 0.25rem);
  }

  /* What lies between the faces and the panel is of both, so that the pointer gets there. */
  .panel::before {
    content: '';
    position: absolute;
    inset-block: -0.3125rem;
    inset-inline: 0;
    z-index: -1;
  }

  .names {
    max-block-size: 14rem;
    overflow-y: auto;
    overscroll-behavior: contain;
  }

  .names li {
    display: flex;
    align-items: center;
    gap: 0.5rem;
    padding: 0.1875rem;
  }

  .names bdi {
    min-inline-size: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .names .rest,
  .hint {
    color: var(--_muted);
  }

  .hint {
    margin: 0.375rem 0 0;
    padding-inline: 0.1875rem;
  }

  /* Who was here when the connection broke. Not at once: most breaks are shorter than a blink. */
  .presence[data-stale] .face {
    filter: grayscale(1);
    transition: filter 200ms 1s;
  }

  .face[data-hue='0'] {
    background: light-dark(#b54230, #e39387);
  }

  .face[data-hue='1'] {
    background: light-dark(#896424, #d8aa5a);
  }

  .face[data-hue='2'] {
    background: light-dark(#66711e, #c7d85a);
  }

  .face[data-hue='3'] {
    background: light-dark(#417920, #88d85a);
  }

  .face[data-hue='4'] {
    background: light-dark(#217d2d, #5ad86b);
  }

  .face[data-hue='5'] {
    background: light-dark(#207958, #5ad8aa);
  }

  .face[data-hue='6'] {
    background: light-dark(#227481, #5ac7d8);
  }

  .face[data-hue='7'] {
    background: light-dark(#3061b5, #87a9e3);
  }

  .face[data-hue='8'] {
    background: light-dark(#4230b5, #aaa0e9);
  }

  .face[data-hue='9'] {
    background: light-dark(#8430b5, #c894e6);
  }

  .face[data-hue='10'] {
    background: light-dark(#b530a4, #e48bd8);
  }

  .face[data-hue='11'] {
    background: light-dark(#b53061, #e58faf);
  }

  .config-error {
    display: flex;
    gap: 0.5rem;
    padding: 0.5rem 0.75rem;
    border: 1px solid var(--_danger);
    border-radius: calc(var(--_radius) - 0.25rem);
    background: var(--_danger-background);
    font-size: 0.875em;
    overflow-wrap: anywhere;
  }

  .config-error svg {
    flex: none;
    margin-block-start: 0.125rem;
    color: var(--_danger);
  }

  .config-error p {
    margin: 0;
  }

  @keyframes appear {
    from {
      opacity: 0;
    }
  }

  @media (forced-colors: active) {
    .face,
    .more {
      border: 1px solid CanvasText;
      background: Canvas;
      color: CanvasText;
    }

    .presence[data-stale] .face {
      border-style: dashed;
    }

    .panel {
      border: 1px solid CanvasText;
    }
  }
`;
