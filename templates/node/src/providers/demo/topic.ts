import { quote } from './quote.js';

const list = (words: string): ReadonlySet<string> => new Set(words.split(' '));

/** Words that say nothing of what a question is about. Within a phrase, all but the joining ones end it. */
const EMPTY_WORDS = list(
  'a about again all am an and any anything are as at be because been being best better but by can compare could create define describe did discuss do does draw explain fail failed fails for from ' +
    'get give had has have hello help her hey hi him his how i if in introduce into is it its just know lets like make may me might mine more most must my need new no not now of ok okay on one ones ' +
    'or our outline please really say shall she he should show so some something summarise summarize tell than that the their them then there these they thing things think this those to too ' +
    'us very want was we were what whats when where which who whose why will with work works would write yes yet you your',
);

/** They hold a phrase together: "the history of the sea". */
const JOINING_WORDS = list('a an and at by for from in of on or the to with');

/** English, and as common elsewhere: they do not tell the language. */
const AMBIGUOUS_WORDS = list('a all am an as at but by do for in me no now of on or so to us was will');

/** What is wanted, not what it is about: "a long essay about lighthouses". Only before the topic. */
const FORM_WORDS = list(
  'answer article bit brief briefly bullet bulleted chapter checklist code complete comparison depth detail detailed emoji essay everything example examples few full function good heading ' +
    'headings html in-depth joke line lines link links little list long long-form markdown nice numbered overview page pages paragraph paragraphs picture poem points program question quick quotation ' +
    'quote script section sections sentence sentences short simple small snippet steps story summary table tasks text tldr todo verse word words',
);

/** "3000 words", "a 700-word essay": how much, in the same sense. */
const AMOUNT =
  /\b\d{1,7}(?:\s+|-)(?:words?|sentences?|paragraphs?|lines?|pages?|chapters?|characters?|tokens?|points?|items?|steps?)\b/giu;

/** The verb of "how do I cook rice" does not belong to the phrase "rice". */
const HOW_TO = /\bhow\s+(?:to|(?:do|can|could|should|would)\s+(?:i|you|we|one|they|people))\s+\S+/giu;

const TOKEN = /[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}'’+#_-]|\.(?=[\p{L}\p{N}]))*|[^\s\p{M}]/gu;
const WORD = /^[\p{L}\p{N}]/u;

const LONGEST_READ = 400;
const LONGEST_TOPIC = 40;
const MOST_WORDS = 4;
const FEWEST_FOREIGN_WORDS = 3;

/**
 * The phrase that a question is about, fit for markdown: "lighthouses", "capital of France". Where there is none that
 * would look sane, "your question"; a question in another language, as far as one can tell, in quotation marks.
 */
export function topicOf(text: string): string {
  const read = text.slice(0, LONGEST_READ).replace(AMOUNT, ' ');
  const words = tokensOf(read);
  const about = words.findLastIndex((word) => /^(?:about|regarding|concerning)$/i.test(word));
  const afterAbout = about === -1 ? [] : phraseOf(words.slice(about + 1));
  const phrase = afterAbout.length > 0 ? afterAbout : phraseOf(tokensOf(read.replace(HOW_TO, ' ')));
  if (phrase.length === 0) return 'your question';
  return isForeign(words) ? `“${quote(text, LONGEST_TOPIC)}”` : quote(phrase.join(' '), LONGEST_TOPIC);
}

function tokensOf(text: string): string[] {
  return text.match(TOKEN) ?? [];
}

/** The first run of telling words with what joins them. */
function phraseOf(tokens: readonly string[]): string[] {
  const phrase: string[] = [];
  let joining: string[] = [];
  let telling = 0;
  for (const token of tokens) {
    const word = token.toLowerCase();
    // A small letter alone is markup or a formula; a capital is a language.
    const isTelling =
      WORD.test(token) && !/^\p{Ll}$/u.test(token) && !isEmpty(word) && (telling > 0 || !FORM_WORDS.has(word));
    if (isTelling) {
      phrase.push(...joining, token);
      joining = [];
      telling += 1;
      if (telling === MOST_WORDS) break;
    } else if (telling > 0) {
      if (!JOINING_WORDS.has(word)) break;
      joining.push(token);
    }
  }
  return phrase;
}

/** "what's" and "I'm" are as empty as their first part. */
function isEmpty(word: string): boolean {
  return EMPTY_WORDS.has(word) || EMPTY_WORDS.has(word.replace(/['’]\p{L}{1,2}$/u, ''));
}

/** Several words, and none of those that every English question has. */
function isForeign(tokens: readonly string[]): boolean {
  const words = tokens.filter((token) => WORD.test(token)).map((token) => token.toLowerCase());
  const isEnglish = (word: string): boolean => (isEmpty(word) || FORM_WORDS.has(word)) && !AMBIGUOUS_WORDS.has(word);
  return words.length >= FEWEST_FOREIGN_WORDS && !words.some(isEnglish);
}
