/**
 * The copy buttons of all code blocks in a container, by one delegated listener: the blocks themselves are plain nodes
 * that may be drawn, patched and thrown away without bookkeeping.
 */
import { copyText } from './copy.js';

export interface CodeCopyLabels {
  readonly copyCode: string;
  readonly copied: string;
  readonly copyFailed: string;
}

/** How long a button says what became of the click. */
const SHOWN_FOR_MS = 2000;

/** Listens until `signal` is aborted. */
export function enableCodeCopy(container: Element, labels: CodeCopyLabels, signal: AbortSignal): void {
  const timers = new Map<Element, ReturnType<typeof setTimeout>>();
  const show = (button: Element, state: 'copied' | 'failed'): void => {
    button.setAttribute('data-state', state);
    button.setAttribute('aria-label', state === 'copied' ? labels.copied : labels.copyFailed);
    clearTimeout(timers.get(button));
    timers.set(
      button,
      setTimeout(() => {
        timers.delete(button);
        button.removeAttribute('data-state');
        button.setAttribute('aria-label', labels.copyCode);
      }, SHOWN_FOR_MS),
    );
  };
  container.addEventListener(
    'click',
    (event) => {
      const button = event.target instanceof Element ? event.target.closest('button.copy') : null;
      const code = button?.closest('figure.code')?.querySelector('pre > code');
      if (!button || !code) return;
      // Without its last line's end: a shell would run that line once it is pasted.
      void copyText(code.textContent.replace(/\n$/, '')).then((copied) => {
        if (!signal.aborted) show(button, copied ? 'copied' : 'failed');
      });
    },
    { signal },
  );
  signal.addEventListener('abort', () => {
    for (const timer of timers.values()) clearTimeout(timer);
    timers.clear();
  });
}
