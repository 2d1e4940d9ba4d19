import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
  }

  article {
    display: flex;
    flex-direction: column;
    align-items: flex-end;
  }

  .text {
    inline-size: fit-content;
    max-inline-size: min(85%, 36rem);
    margin: 0;
    padding: 0.625em 1em;
    border-radius: calc(var(--_radius) + 0.25rem);
    border-end-end-radius: 0.375rem;
    background: var(--_user-background);
    color: var(--_user-text);
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }

  .status {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: flex-end;
    gap: 0.25rem 0.5rem;
    margin: 0.375rem 0 0;
    color: var(--_muted);
    font-size: 0.8125em;
    text-align: end;
  }

  /* A question that is confirmed at once says nothing on the way. */
  .passing {
    animation: appear 200ms 600ms both;
  }

  .failed {
    color: var(--_danger);
  }

  .failed svg {
    inline-size: 1rem;
    block-size: 1rem;
  }

  @keyframes appear {
    from {
      opacity: 0;
    }
  }

  @media (forced-colors: active) {
    .text {
      border: 1px solid CanvasText;
    }
  }
`;
