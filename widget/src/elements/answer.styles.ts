import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
  }

  article {
    min-inline-size: 0;
  }

  .thinking {
    margin: 0;
    min-block-size: 1.65em;
  }

  .dots {
    display: inline-flex;
    align-items: center;
    gap: 0.3125rem;
    block-size: 1.65em;
  }

  .dots i {
    inline-size: 0.4375rem;
    block-size: 0.4375rem;
    border-radius: 50%;
    background: var(--_muted);
    animation: breathe 1.3s ease-in-out infinite;
  }

  .dots i:nth-child(2) {
    animation-delay: 160ms;
  }

  .dots i:nth-child(3) {
    animation-delay: 320ms;
  }

  .footnote {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.375rem 0.625rem;
    margin: 0.75em 0 0;
    color: var(--_muted);
    font-size: 0.875em;
  }

  .footnote.failed {
    padding: 0.625rem 0.75rem;
    border-radius: calc(var(--_radius) - 0.25rem);
    background: var(--_danger-background);
    color: var(--_danger);
  }

  .footnote.failed > span {
    flex: 1;
    min-inline-size: 12ch;
  }

  .footnote svg {
    flex: none;
  }

  .actions {
    display: flex;
    gap: 0.125rem;
    /* The row stands in the gap between two messages, so that it leaves no hole where it is not shown. */
    margin-block: 0.375rem -0.875rem;
    /* The picture inside the button, not its edge, stands in line with the text. */
    margin-inline-start: -0.5625rem;
    transition: opacity 120ms;
  }

  /* Older answers show their actions when they are looked at; on a touch screen nothing is hovered. */
  @media (hover: hover) {
    :host(:not([latest])) .actions {
      opacity: 0;
    }

    :host(:hover) .actions,
    :host(:focus-within) .actions {
      opacity: 1;
    }
  }

  /* The caret: where the next word will stand. It belongs to no node of the text, so it is not copied. */
  .markdown[data-open] > :is(p, h1, h2, h3, h4, h5, h6):last-child::after,
  .markdown[data-open] > :is(ul, ol):last-child > li:last-child:not(:has(> :is(ul, ol, p)))::after,
  .markdown[data-open] > :is(ul, ol):last-child > li:last-child > p:last-child::after,
  .markdown[data-open]
    > :is(ul, ol):last-child
    > li:last-child
    > :is(ul, ol):last-child
    > li:last-child:not(:has(> :is(ul, ol, p)))::after,
  .markdown[data-open] > blockquote:last-child > p:last-child::after,
  .markdown[data-open] > figure:last-child code::after {
    content: '';
    display: inline-block;
    inline-size: 0.5625em;
    block-size: 0.5625em;
    margin-inline-start: 0.3125em;
    border-radius: 50%;
    background: var(--_accent);
    animation: breathe 1.3s ease-in-out infinite;
  }

  @keyframes breathe {
    0%,
    100% {
      opacity: 0.35;
      transform: scale(0.85);
    }
    40% {
      opacity: 1;
      transform: none;
    }
  }

  @media (prefers-reduced-motion: reduce) {
    .dots i,
    .markdown ::after {
      animation: none !important;
    }
  }

  @media (forced-colors: active) {
    .dots i,
    .markdown[data-open] ::after {
      forced-color-adjust: none;
      background: CanvasText !important;
    }

    .actions {
      gap: 0.375rem;
      margin-inline-start: 0;
    }

    .footnote.failed {
      border: 1px solid CanvasText;
    }
  }
`;
