import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
    inline-size: 100%;
    block-size: var(--cable-chat-height, 36rem);
    min-block-size: 18rem;
    background: var(--_background);
    color: var(--_text);
    font-family: var(--cable-chat-font-family, ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif);
    font-size: var(--cable-chat-font-size, 1rem);
    font-weight: 400;
    line-height: 1.5;
    text-align: start;
    letter-spacing: normal;
    container-type: inline-size;
  }

  .chat {
    --_gutter: 1.5rem;
    position: relative;
    display: flex;
    flex-direction: column;
    block-size: 100%;
    min-block-size: inherit;
  }

  @container (inline-size < 30rem) {
    .chat {
      --_gutter: 1rem;
    }
  }

  header {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 0.75rem;
    min-block-size: 3.25rem;
    padding-block: 0.5rem;
    padding-inline: var(--_gutter) calc(var(--_gutter) - 0.5rem);
    border-block-end: 1px solid var(--_border);
  }

  h2 {
    min-inline-size: 0;
    margin: 0;
    overflow: hidden;
    font-size: 1em;
    font-weight: 600;
    line-height: 1.4;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .tools {
    display: flex;
    flex: none;
    align-items: center;
    gap: 0.5rem;
    max-inline-size: 70%;
  }

  cable-chat-thread {
    flex: 1;
  }

  .bottom {
    padding-inline: var(--_gutter);
    padding-block-end: max(1rem, env(safe-area-inset-bottom));
  }

  .greeting {
    text-align: center;
    color: var(--_muted);
  }

  .greeting strong {
    display: block;
    color: var(--_text);
    font-size: 1.5em;
    font-weight: 600;
    letter-spacing: -0.02em;
    line-height: 1.25;
    text-wrap: balance;
  }

  .greeting p {
    margin: 0.5em 0 0;
    text-wrap: balance;
  }

  slot[name='footer']::slotted(*) {
    margin-block: 0.5rem 0;
    color: var(--_muted);
    font-size: 0.8125em;
    text-align: center;
  }

  .config-error {
    display: flex;
    gap: 0.75rem;
    margin: var(--_gutter);
    padding: 1rem;
    border: 1px solid var(--_danger);
    border-radius: var(--_radius);
    background: var(--_danger-background);
    overflow-wrap: anywhere;
  }

  .config-error svg {
    flex: none;
    margin-block-start: 0.1875rem;
    color: var(--_danger);
  }

  .config-error p {
    margin: 0.25em 0 0;
  }
`;
