/** Draws the plain client's side: its text as it came, and what it lost marked where it is missing. */
const number = new Intl.NumberFormat('en');

export class PlainView {
  #text;
  #verdict;

  /** @param {{ text: HTMLElement, verdict: HTMLElement }} places */
  constructor({ text, verdict }) {
    this.#text = text;
    this.#verdict = verdict;
  }

  clear() {
    this.#text.replaceChildren();
  }

  /** @param {readonly import('./plain-answer.js').Piece[]} pieces */
  append(pieces) {
    const box = this.#text;
    const isAtEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 24;
    for (const piece of pieces) {
      if (piece.kind === 'text') {
        box.append(piece.text);
      } else {
        const mark = document.createElement('mark');
        mark.textContent = `${number.format(piece.bytes)} bytes lost`;
        box.append(' ', mark, ' ');
      }
    }
    if (isAtEnd) box.scrollTop = box.scrollHeight;
  }

  /**
   * @param {import('./plain-answer.js').PlainAnswer | undefined} answer
   * @param {boolean} isConnected as far as the client knows
   */
  judge(answer, isConnected) {
    const [kind, text] = verdictOf(answer);
    const away = isConnected ? '' : ' Not connected.';
    if (this.#verdict.textContent === text + away) return;
    this.#verdict.textContent = text + away;
    this.#verdict.dataset.verdict = kind;
  }
}

function verdictOf(answer) {
  if (answer === undefined) return ['none', 'Nothing asked yet.'];
  const { lost, received, isOver } = answer;
  const all = number.format(lost + received);
  if (lost > 0) return ['different', `Lost ${number.format(lost)} of ${all} bytes, and does not know it.`];
  return isOver ? ['equal', `All ${all} bytes, this time.`] : ['none', `${all} bytes, nothing lost yet.`];
}
