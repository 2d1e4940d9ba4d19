import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
    inline-size: 100%;
    max-inline-size: var(--_measure);
    margin-inline: auto;
  }

  .composer {
    display: flex;
    align-items: flex-end;
    gap: 0.5rem;
    padding: 0.4375rem;
    border: 1px solid var(--_border-strong);
    border-radius: calc(var(--_radius) + 0.5rem);
    background: var(--_surface);
    box-shadow: var(--_shadow);
    transition: border-color 120ms;
  }

  .composer:has(textarea:focus-visible) {
    border-color: var(--_accent);
    outline: 1px solid var(--_accent);
    outline-offset: 0;
  }

  /* The ring is around the whole box, so that there is one. */
  textarea:focus-visible {
    outline: none;
  }

  .composer:has(textarea:disabled) {
    background: var(--_hover);
  }

  /* The textarea is as high as a copy of its text, drawn invisibly in the same cell; no script measures anything. */
  .grow {
    display: grid;
    flex: 1;
    min-inline-size: 0;
    max-block-size: min(12rem, 40vh);
  }

  .grow::after {
    content: attr(data-value) ' ';
    visibility: hidden;
    max-block-size: inherit;
    overflow: hidden;
  }

  .grow::after,
  textarea {
    grid-area: 1 / 1;
    min-inline-size: 0;
    margin: 0;
    padding: 0.375rem 0.625rem;
    border: 0;
    font: inherit;
    line-height: 1.5;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }

  textarea {
    inline-size: 100%;
    min-block-size: 0;
    max-block-size: inherit;
    resize: none;
    overflow-y: auto;
    background: none;
    color: var(--_text);
    outline: none;
    scrollbar-width: thin;
  }

  textarea::placeholder {
    color: var(--_muted);
    opacity: 1;
  }

  textarea:disabled {
    cursor: not-allowed;
  }

  .send {
    display: grid;
    flex: none;
    place-items: center;
    inline-size: 2.25rem;
    block-size: 2.25rem;
    border-radius: 999px;
    background: var(--_accent);
    color: var(--_on-accent);
    transition:
      background-color 120ms,
      opacity 120ms;
  }

  .send svg {
    stroke-width: 2.25;
  }

  .send:hover {
    background: color-mix(in oklab, var(--_accent), var(--_text) 15%);
  }

  .send[aria-disabled] {
    background: var(--_hover);
    color: var(--_muted);
    cursor: default;
  }

  .note {
    margin: 0;
    padding-inline: 1rem;
    color: var(--_muted);
    font-size: 0.8125em;
    line-height: 1.4;
  }

  .note:not(:empty) {
    padding-block-start: 0.375rem;
  }

  .note[data-problem] {
    color: var(--_danger);
  }

  @media (forced-colors: active) {
    .composer {
      border-color: CanvasText;
    }

    .send {
      border: 1px solid ButtonText;
      forced-color-adjust: none;
      background: ButtonText;
      color: ButtonFace;
    }

    .send[aria-disabled] {
      border-color: GrayText;
      background: ButtonFace;
      color: GrayText;
    }
  }
`;
