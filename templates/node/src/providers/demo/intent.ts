import { normalKey, recall } from './memory.js';
import type { Memory } from './memory.js';
import { LANGUAGES } from './code.js';
import type { Language } from './code.js';
import { SECTIONS } from './sections.js';
import type { SectionName } from './sections.js';

export type FailureKind = 'at_once' | 'midway' | 'rate_limited' | 'unauthorized' | 'unreachable' | 'timeout';

/** What the visitor seems to want. */
export type Intent =
  | { readonly type: 'fail'; readonly how: FailureKind }
  | { readonly type: 'help' }
  | { readonly type: 'greet' }
  | { readonly type: 'thanks' }
  /** Told us something to remember, and asked nothing. */
  | { readonly type: 'tell' }
  | { readonly type: 'recall'; readonly what: 'name' | 'number' | 'notes' | 'questions' | 'fact'; readonly key: string }
  | { readonly type: 'hostile' }
  | { readonly type: 'code'; readonly language: Language | undefined }
  | { readonly type: 'section'; readonly section: SectionName }
  | { readonly type: 'everything' }
  | { readonly type: 'long'; readonly words: number }
  | { readonly type: 'short' }
  | { readonly type: 'topic' };

const DEFAULT_LONG_WORDS = 1_500;
const MOST_WORDS = 50_000;

type Rule = readonly [RegExp, (match: RegExpExecArray, question: string, memory: Memory) => Intent | undefined];

/** What concerns the conversation itself. The first rule that matches and answers decides. */
const CONVERSATION_RULES: readonly Rule[] = [
  [/\b(?:error|fail|fails|failure|crash)\b/, (_, question) => failure(question)],
  [
    /^(?:please )?help\b|\bwhat can you do\b|\bwho are you\b|\bwhat are you\b|\breal model\b|\bapi key\b/,
    () => ({ type: 'help' }),
  ],
  [/^(?:hi|hello|hey|good (?:morning|evening|afternoon)|moin|servus)\b[^?]{0,20}$/, () => ({ type: 'greet' })],
  [/^(?:thanks|thank you|thx)\b/, () => ({ type: 'thanks' })],
  [/\b(?:what(?:['’]s| is) my name|who am i|my name\?)/, () => ({ type: 'recall', what: 'name', key: 'name' })],
  [
    /\b(?:what|which) (?:did i (?:ask|say|write)|was my (?:first|last|previous) question)|\bwhat have i (?:asked|said)/,
    () => ({ type: 'recall', what: 'questions', key: '' }),
  ],
  [/\b(?:what|which)\b.{0,30}\bnumbers?\b.{0,40}\?/, () => ({ type: 'recall', what: 'number', key: 'number' })],
  [/\bwhat\b.{0,30}\b(?:remember|told you|tell you)\b/, () => ({ type: 'recall', what: 'notes', key: '' })],
  [/\b(?:what|who|which|where|when|how old)(?:['’]s| is| are| was) (my|the) ([^?]{1,40})\?/, factAsked],
];

/** What kind of answer is wanted. */
const FORM_RULES: readonly Rule[] = [
  [
    /\b(?:show|write|give|print)\b.{0,20}\b(?:raw |hostile |bad )?html\b(?! code| page)|\bxss\b|\bhostile\b/,
    () => ({ type: 'hostile' }),
  ],
  [
    /\b(?:everything|every construct|all constructs|kitchen sink)\b|\bmarkdown (?:demo|test|sample)\b/,
    () => ({ type: 'everything' }),
  ],
  [/\b(?:code|function|script|program|snippet)\b/, (_, question) => ({ type: 'code', language: languageIn(question) })],
  [/\b(?:long|(\d{2,6}) words|essay|detailed)\b/, (_, question) => ({ type: 'long', words: wordsIn(question) })],
  [/\b(?:short|brief|briefly|in one sentence|tl;?dr)\b/, () => ({ type: 'short' })],
  [/\b\p{L}+\b/u, (_, question) => sectionIn(question)],
];

/** `memory` is of the turns before the question. */
export function intentOf(question: string, memory: Memory): Intent {
  const plain = question.trim().toLowerCase().replace(/\s+/g, ' ');
  return (
    firstMatch(CONVERSATION_RULES, plain, memory) ??
    told(question) ??
    firstMatch(FORM_RULES, plain, memory) ?? { type: 'topic' }
  );
}

function firstMatch(rules: readonly Rule[], question: string, memory: Memory): Intent | undefined {
  for (const [pattern, answer] of rules) {
    const match = pattern.exec(question);
    const intent = match === null ? undefined : answer(match, question, memory);
    if (intent !== undefined) return intent;
  }
  return undefined;
}

/** Before the forms: "The code is 4711" asks for no program. */
function told(question: string): Intent | undefined {
  if (question.includes('?') || /^\s*(?:please\b|write|show|give|make|print|explain|tell)\b/i.test(question))
    return undefined;
  const { name, facts, notes } = recall([{ role: 'user', content: question }]);
  return name !== undefined || facts.size > 0 || notes.length > 0 ? { type: 'tell' } : undefined;
}

/** What is *the* capital of France is no question about what we were told, unless we were. */
function factAsked(match: RegExpExecArray, _question: string, memory: Memory): Intent | undefined {
  const key = normalKey(match[2] ?? '');
  return match[1] === 'my' || memory.facts.has(key) ? { type: 'recall', what: 'fact', key } : undefined;
}

/** Only a command fails: who asks how to handle errors wants an answer. */
function failure(question: string): Intent | undefined {
  const command =
    /^(?:please )?(?:(?:show|simulate|make|give|trigger|cause|raise|throw)\b.{0,20})?\b(?:error|fail|failure|crash)\b/;
  const name = /^(?!what|how|why|when|which|is|explain)(?:\S+ ){0,3}(?:error|failure)[.!]*$/;
  if (question.length > 60 || !(command.test(question) || name.test(question))) return undefined;
  const kinds: readonly (readonly [RegExp, FailureKind])[] = [
    [/rate|429/, 'rate_limited'],
    [/key|unauthor|401/, 'unauthorized'],
    [/network|unreachable|offline|connection/, 'unreachable'],
    [/time-?\s?out|slow/, 'timeout'],
    [/at once|immediately|now/, 'at_once'],
  ];
  return { type: 'fail', how: kinds.find(([pattern]) => pattern.test(question))?.[1] ?? 'midway' };
}

function languageIn(question: string): Language | undefined {
  const words = new Set(question.match(/[\p{L}+#]+/gu) ?? []);
  return LANGUAGES.find((language) => [language.name, ...language.aliases].some((name) => words.has(name)));
}

function sectionIn(question: string): Intent | undefined {
  const section = SECTIONS.find(({ asked }) => asked?.test(question));
  return section && { type: 'section', section: section.name };
}

function wordsIn(question: string): number {
  const words = Number(/\b(\d{2,6}) words\b/.exec(question)?.[1] ?? DEFAULT_LONG_WORDS);
  return Math.min(words, MOST_WORDS);
}
