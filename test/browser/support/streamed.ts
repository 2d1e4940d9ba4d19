import { MarkdownStream } from '../../../widget/src/markdown.js';

/** What is drawn of a text that comes in pieces, each of which is drawn before the next one comes. */
export function streamed(pieces: Iterable<string>): HTMLElement {
  const container = document.createElement('div');
  const stream = new MarkdownStream(container);
  for (const piece of pieces) {
    stream.write(piece);
    stream.flush();
  }
  stream.end();
  return container;
}

/** A text in pieces, each as long as `length` says then. */
export function* inPieces(text: string, length: () => number): Generator<string> {
  for (let at = 0, end = 0; at < text.length; at = end) {
    end = at + length();
    yield text.slice(at, end);
  }
}

/** A text in its lines, with their ends. */
export function lineByLine(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}
