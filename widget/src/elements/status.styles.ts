import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
  }

  .status {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: center;
    inline-size: fit-content;
    max-inline-size: 100%;
    margin-inline: auto;
    font-size: 0.8125em;
    line-height: 1.4;
  }

  .passing:not(:empty) {
    margin-block-end: 0.5rem;
    color: var(--_muted);
    animation: appear 200ms 800ms both;
  }

  .passing:not(:empty)::before {
    content: '';
    display: inline-block;
    inline-size: 0.5em;
    block-size: 0.5em;
    margin-inline-end: 0.5em;
    border-radius: 50%;
    background: var(--_border-strong);
    vertical-align: 0.1em;
    animation: pulse 1.2s ease-in-out infinite;
  }

  .status:is([data-connection='offline'], [data-connection='signed-out'], [data-connection='closed'], [data-volatile]) {
    margin-block-end: 0.625rem;
    padding-block: 0.25rem;
    padding-inline: 0.875rem 0.5rem;
    border-radius: calc(var(--_radius) - 0.125rem);
    background: var(--_warning-background);
    color: var(--_warning);
  }

  .status[data-connection='signed-out'] {
    padding-block: 0.4375rem;
    padding-inline: 0.875rem;
  }

  .text-button {
    margin-block: 0.1875rem;
    margin-inline-start: 0.75rem;
  }

  @keyframes appear {
    from {
      opacity: 0;
    }
  }

  @keyframes pulse {
    50% {
      opacity: 0.3;
    }
  }

  @media (forced-colors: active) {
    .status:is(
      [data-connection='offline'],
      [data-connection='signed-out'],
      [data-connection='closed'],
      [data-volatile]
    ) {
      border: 1px solid CanvasText;
    }
  }
`;
