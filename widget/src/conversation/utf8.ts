/** Lengths and cuts in UTF-8 bytes, on strings of whole code points. */

/** The number of bytes that `text` has in UTF-8. */
export function byteLength(text: string): number {
  let bytes = 0;
  for (let index = 0; index < text.length; index++) bytes += unitBytes(text.charCodeAt(index));
  return bytes;
}

/**
 * The index in UTF-16 units at which `bytes` bytes of `text` have passed; undefined where that is inside a code point
 * or past the end.
 */
export function indexOfByte(text: string, bytes: number): number | undefined {
  let passed = 0;
  let index = 0;
  while (passed < bytes && index < text.length) {
    const unit = text.charCodeAt(index);
    passed += unitBytes(unit);
    index++;
    // The second half of a surrogate pair adds its two bytes at once, so that no cut can fall between the halves.
    if (unit >= 0xd800 && unit <= 0xdbff) {
      passed += 2;
      index++;
    }
  }
  return passed === bytes ? index : undefined;
}

/** Each half of a surrogate pair counts for two of its four bytes. */
function unitBytes(unit: number): number {
  if (unit < 0x80) return 1;
  if (unit < 0x800) return 2;
  return unit >= 0xd800 && unit <= 0xdfff ? 2 : 3;
}
