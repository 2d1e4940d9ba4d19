/** Tokens that a chat format adds to each turn (role, separators), by OpenAI's published counting: three or four. */
export const TOKENS_PER_TURN = 4;

/**
 * About how many tokens a text has, on the high side, without any model's vocabulary.
 *
 * By code point: three ASCII characters a token, two of Latin-1 to Hebrew and Arabic (U+0080 to U+07FF), one of everything
 * else in the basic plane (Chinese, Japanese, Korean, Indic scripts …), and two tokens beyond it (emoji). Vocabularies of
 * today need less for prose: about a quarter less for English, up to half for Chinese. They need more for text that no
 * vocabulary knows: base64, hashes and long numbers can take twice the estimate. Leave room in the budget for those.
 */
export function estimateTokens(text: string): number {
  let thirds = 0;
  let halves = 0;
  let ones = 0;
  for (const character of text) {
    const codePoint = character.codePointAt(0) ?? 0;
    if (codePoint < 0x80) thirds += 1;
    else if (codePoint < 0x800) halves += 1;
    else ones += codePoint < 0x10000 ? 1 : 2;
  }
  return Math.ceil(thirds / 3 + halves / 2 + ones);
}
