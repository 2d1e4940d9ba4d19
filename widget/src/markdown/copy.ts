/** Copying to the clipboard, also where the asynchronous API is missing (plain http) or refused. */

/** Resolves to whether the text is on the clipboard now. Must be called from a click or key press. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // No permission, or no secure context: the old way needs neither.
    return copyByEvent(text);
  }
}

function copyByEvent(text: string): boolean {
  let copied = false;
  const fill = (event: ClipboardEvent): void => {
    event.clipboardData?.setData('text/plain', text);
    event.preventDefault();
    event.stopImmediatePropagation();
    copied = event.clipboardData !== null;
  };
  document.addEventListener('copy', fill, { capture: true, once: true });
  const accepted = document.execCommand('copy');
  document.removeEventListener('copy', fill, { capture: true });
  return accepted && copied;
}
