import { quote } from './quote.js';

/** Words that say nothing of what a question is about. */
const EMPTY_WORDS = new Set(
  (
    'a about all an and any are as at be by can could did do does for from give had has have how i in is it its just let make may me my of on one or please short should show so some ' +
    'tell than that the their them then there these they this to very was we were what when where which who why will with words would write you your long brief briefly sentence'
  ).split(' '),
);

/** The one to three most telling words of a question, in its order. */
export function topicOf(text: string): string {
  const words = (text.match(/[\p{L}\p{N}][\p{L}\p{M}\p{N}'’-]*/gu) ?? []).filter(
    (word) => !EMPTY_WORDS.has(word.toLowerCase()) && word.length > 1,
  );
  const topic = words.slice(0, 3).join(' ');
  return topic === '' ? 'this' : quote(topic, 40);
}
