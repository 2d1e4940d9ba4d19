import { setImmediate as turn } from 'node:timers/promises';
import { parseRuby } from '../../../create-app/src/doctor/sources/ruby.js';

/**
 * The real parser, started once for all that is asked of it at about the same time: starting Ruby takes longer than
 * everything else in a test.
 */
export function parseTogether(): typeof parseRuby {
  const texts = new Map<string, string>();
  let batch: ReturnType<typeof parseRuby> | undefined;
  const begin = async (): ReturnType<typeof parseRuby> => {
    await turn();
    batch = undefined;
    const sources = [...texts].map(([text, path]) => ({ path, text }));
    texts.clear();
    return parseRuby(sources);
  };
  return async (sources) => {
    // Answers come back by path, and here many files share one: each text gets a number.
    for (const { text } of sources) if (!texts.has(text)) texts.set(text, String(texts.size));
    const numbers = sources.map(({ text }) => texts.get(text));
    const parsed = await (batch ??= begin());
    const byNumber = new Map(parsed.map((each) => [each.path, each]));
    return sources.map(({ path }, index) => {
      const found = byNumber.get(numbers[index] ?? '');
      return found === undefined ? { path, error: 'it was not parsed' } : { ...found, path };
    });
  };
}
