/**
 * Somebody's words within our own markdown, as they were written: on one line, not endless, and with the characters
 * escaped that would mean something to markdown or HTML.
 */
export function quote(text: string, longest = 80): string {
  const characters = Array.from(text.replace(/[\s\p{Cc}]+/gu, ' ').trim());
  const cut = characters.length > longest ? `${characters.slice(0, longest).join('').trimEnd()}…` : characters.join('');
  return cut.replace(/[\\`*_[\]<>|~&]/g, '\\$&');
}
