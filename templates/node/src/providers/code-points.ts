/**
 * Joins code points that were cut in two between pieces of text. A server may put the two halves of a surrogate pair
 * into two JSON strings ("\ud83d", then "\ude00"): each is valid JSON and neither is text.
 */
export class CodePointJoiner {
  #held = '';

  /** What is whole by now; '' if there is nothing yet. A half that nothing completes becomes U+FFFD. */
  push(text: string): string {
    const whole = this.#held + text;
    const end = endsInHighSurrogate(whole) ? whole.length - 1 : whole.length;
    this.#held = whole.slice(end);
    return wellFormed(whole.slice(0, end));
  }

  /** What is left at the end. */
  flush(): string {
    const rest = wellFormed(this.#held);
    this.#held = '';
    return rest;
  }
}

/** Lone surrogates have no UTF-8, so nobody could store them or count their bytes. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\uFFFD');
}

function endsInHighSurrogate(text: string): boolean {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last <= 0xdbff;
}
