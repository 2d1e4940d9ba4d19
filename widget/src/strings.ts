/** Every word that the elements say. A page in another language sets `element.strings` to the ones it changes. */

export interface Strings {
  /** Of these words, a BCP 47 tag such as `pt-BR`: how its numbers are written, and which plurals it has. */
  readonly language: string;

  readonly heading: string;
  readonly placeholder: string;
  readonly emptyTitle: string;
  readonly emptyHint: string;

  readonly thread: string;
  readonly you: string;
  readonly assistant: string;
  readonly composer: string;
  readonly send: string;
  readonly stop: string;
  readonly newConversation: string;
  readonly loadEarlier: string;
  readonly jumpToLatest: string;

  readonly copy: string;
  readonly copied: string;
  readonly copyFailed: string;
  readonly regenerate: string;
  readonly retry: string;
  readonly discard: string;
  readonly copyCode: string;
  readonly code: string;
  readonly table: string;
  readonly done: string;
  readonly notDone: string;
  readonly image: string;

  readonly thinking: string;
  readonly pending: string;
  readonly sending: string;
  readonly questionFailed: string;
  readonly answerStopped: string;
  readonly answerFailed: string;
  readonly answerCut: string;
  readonly answerIncomplete: string;

  readonly connecting: string;
  readonly catchingUp: string;
  readonly stalled: string;
  readonly volatile: string;
  readonly offline: string;
  readonly signedOut: string;
  readonly closed: string;
  readonly reconnect: string;
  readonly misconfigured: string;

  readonly answerStarted: string;
  readonly answerFinished: string;

  /** `{used}` and `{limit}` are numbers of bytes, in the page's language. */
  readonly lengthUsed: string;
  readonly tooLong: string;
  readonly waitForAnswer: string;

  readonly nobodyHere: string;
  /** `{count}` is a number of people. */
  readonly peopleHere: Plural;
  readonly peopleMore: Plural;
  readonly nameless: string;
  readonly presenceOffline: string;
  readonly presenceMisconfigured: string;
}

/** One form for each kind of number that a language tells apart: https://cldr.unicode.org/index/cldr-spec/plural-rules */
export type Plural = Readonly<Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }>;

export const STRINGS: Strings = {
  language: 'en',

  heading: 'Assistant',
  placeholder: 'Ask anything',
  emptyTitle: 'How can I help?',
  emptyHint: 'Ask a question, and the answer appears here.',

  thread: 'Conversation',
  you: 'You',
  assistant: 'Assistant',
  composer: 'Your message',
  send: 'Send',
  stop: 'Stop answering',
  newConversation: 'New conversation',
  loadEarlier: 'Show earlier messages',
  jumpToLatest: 'Jump to latest',

  copy: 'Copy answer',
  copied: 'Copied',
  copyFailed: 'Copying is not allowed here',
  regenerate: 'Answer again',
  retry: 'Try again',
  discard: 'Discard',
  copyCode: 'Copy code',
  code: 'Code',
  table: 'Table',
  done: 'Done',
  notDone: 'Not done',
  image: 'Image',

  thinking: 'Thinking',
  pending: 'Not sent yet. It goes out by itself once the chat is connected.',
  sending: 'Sending',
  questionFailed: 'This message was not sent.',
  answerStopped: 'You stopped this answer.',
  answerFailed: 'This answer could not be finished.',
  answerCut: 'The answer reached its maximum length.',
  answerIncomplete: 'Part of this answer is still on its way.',

  connecting: 'Connecting',
  catchingUp: 'Catching up',
  stalled: 'Still waiting for the answer',
  volatile: 'This browser stores nothing here: what is not sent yet is lost if you leave the page.',
  offline: 'Not connected. The chat reconnects by itself.',
  signedOut: 'You are signed out. Sign in to go on.',
  closed: 'The server has refused this chat.',
  reconnect: 'Reconnect',
  misconfigured: 'This chat is not set up correctly',

  answerStarted: 'The assistant is answering.',
  answerFinished: 'The answer is complete.',

  lengthUsed: '{used} of {limit} bytes',
  tooLong: 'This message is too long: {used} of {limit} bytes. Shorten it to send it.',
  waitForAnswer: 'Wait for the answer, or stop it, before you send the next message.',

  nobodyHere: 'Nobody is here',
  peopleHere: { one: '{count} person here', other: '{count} people here' },
  peopleMore: { one: 'and {count} more', other: 'and {count} more' },
  nameless: 'Somebody',
  presenceOffline: 'Not connected: this may have changed.',
  presenceMisconfigured: 'This list of people is not set up correctly',
};

/**
 * The form for this number, with the number in its `{count}`. `language` is a BCP 47 tag; one that is none is as English,
 * as are the words that a page leaves out.
 */
export function plural(forms: Plural, count: number, language: string): string {
  const known = isLanguage(language) ? language : STRINGS.language;
  const form = forms[new Intl.PluralRules(known).select(count)] ?? forms.other;
  return fill(form, { count: count.toLocaleString(known) });
}

function isLanguage(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}

/** Puts values into a string's `{places}`. */
export function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (place, name: string) => values[name] ?? place);
}
