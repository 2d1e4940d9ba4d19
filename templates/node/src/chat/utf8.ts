/** Texts are addressed by UTF-8 byte offset, and every piece is whole code points: the arithmetic of that. */

export function utf8Length(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

/** True for the second and later bytes of a code point. */
function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0b1100_0000) === 0b1000_0000;
}

/** The greatest code point boundary that is not beyond `index`. */
export function boundaryAtOrBefore(bytes: Uint8Array, index: number): number {
  let at = Math.max(0, Math.min(index, bytes.length));
  while (at > 0 && at < bytes.length && isContinuation(bytes[at])) at -= 1;
  return at;
}

/** Bytes that one code point takes inside a JSON string, as JSON.stringify writes it in UTF-8. */
function jsonCost(codePoint: number): number {
  if (codePoint === 0x22 || codePoint === 0x5c) return 2;
  if (codePoint < 0x20)
    return codePoint === 8 || codePoint === 9 || (codePoint >= 10 && codePoint <= 13 && codePoint !== 11) ? 2 : 6;
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x800) return 2;
  if (codePoint >= 0xd800 && codePoint <= 0xdfff) return 6;
  return codePoint < 0x10000 ? 3 : 4;
}

const QUOTES = 2;

/** The longest beginning of `text`, in whole code points, of at most `bytes` UTF-8 bytes. */
export function fitUtf8(text: string, bytes: number): string {
  const encoded = Buffer.from(text, 'utf8');
  if (encoded.length <= bytes) return text;
  return encoded.subarray(0, boundaryAtOrBefore(encoded, bytes)).toString('utf8');
}

/** The longest beginning of `text`, in whole code points, whose JSON (without the quotes) is at most `room` bytes. */
export function fitJson(text: string, room: number): string {
  // Most texts fit, and the length of the whole is known much faster than where a part of it ends.
  if (utf8Length(JSON.stringify(text)) - QUOTES <= room) return text;
  let used = 0;
  let end = 0;
  for (const character of text) {
    used += jsonCost(character.codePointAt(0) ?? 0);
    if (used > room) return text.slice(0, end);
    end += character.length;
  }
  return text;
}

/** Splits a text into pieces of at most `bytes` UTF-8 bytes (at least one code point each). */
export function splitUtf8(text: string, bytes: number): string[] {
  if (utf8Length(text) <= bytes) return text === '' ? [] : [text];
  const pieces: string[] = [];
  let start = 0;
  let end = 0;
  let size = 0;
  for (const character of text) {
    const length = utf8Length(character);
    if (size > 0 && size + length > bytes) {
      pieces.push(text.slice(start, end));
      start = end;
      size = 0;
    }
    size += length;
    end += character.length;
  }
  pieces.push(text.slice(start));
  return pieces;
}
