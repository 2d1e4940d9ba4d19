import { css } from 'lit';

export const styles = css`
  :host {
    position: relative;
    display: block;
    min-block-size: 0;
  }

  .scroller {
    block-size: 100%;
    overflow-y: auto;
    overscroll-behavior: contain;
    scrollbar-width: thin;
    scrollbar-color: var(--_border-strong) transparent;
  }

  .scroller:focus-visible {
    outline-offset: -3px;
  }

  .content,
  .group {
    display: flex;
    flex-direction: column;
    gap: 1.5rem;
  }

  .content {
    box-sizing: border-box;
    min-block-size: 100%;
    max-inline-size: calc(var(--_measure) + 2 * var(--_gutter));
    margin-inline: auto;
    padding: 1.5rem var(--_gutter);
  }

  /* Text fades out above the composer instead of being cut off. */
  :host::after {
    content: '';
    position: absolute;
    inset-block-end: 0;
    inset-inline: 0 1rem;
    block-size: 1rem;
    background: linear-gradient(to top, var(--_background), transparent);
    pointer-events: none;
  }

  /* What is far away is not laid out. Nothing is painted outside of its box, which has room for focus rings and buttons. */
  .group {
    content-visibility: auto;
    contain-intrinsic-block-size: auto 160rem;
    margin: -0.25rem calc(-1 * var(--_gutter)) -0.875rem;
    padding: 0.25rem var(--_gutter) 0.875rem;
  }

  .empty {
    margin-block: auto;
  }

  .earlier {
    align-self: center;
    font-size: 0.875em;
  }

  .jump {
    position: absolute;
    z-index: 1;
    inset-block-end: 0.5rem;
    inset-inline: 0;
    display: grid;
    place-items: center;
    inline-size: 2.25rem;
    block-size: 2.25rem;
    margin-inline: auto;
    border: 1px solid var(--_border);
    border-radius: 50%;
    background: var(--_surface);
    color: var(--_text);
    box-shadow: var(--_shadow-raised);
  }

  .jump:hover {
    background: var(--_hover);
  }
`;
