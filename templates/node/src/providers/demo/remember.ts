import type { Intent } from './intent.js';
import type { Memory } from './memory.js';
import { paragraphs } from './paragraphs.js';
import type { Question } from './question.js';
import { quote } from './quote.js';

/** A second question is answered in the light of the first. */
export function reference({ said }: Memory): string | undefined {
  const last = said.at(-1);
  if (last === undefined) return undefined;
  const words = `“${quote(last)}”`;
  const asked = /\?\s*$/.test(last) || !/^\s*(?:my|i|the|remember|note|hi|hello|hey|thanks|thank you)\b/i.test(last);
  return asked ? `Earlier you asked about ${words}.` : `Earlier you wrote ${words}.`;
}

/** Says what of the question will be kept in mind. */
export function tell({ before, memory, text }: Question): string {
  const told = Array.from(memory.facts).filter(([key, value]) => key !== 'name' && before.facts.get(key) !== value);
  const notes = memory.notes.slice(before.notes.length);
  const greeting =
    memory.name !== undefined && memory.name !== before.name
      ? `Nice to meet you, **${quote(memory.name)}**!`
      : 'Noted.';
  const lines = [
    ...told.map(([key, value]) => `- ${quote(key)}: **${quote(value)}**`),
    ...notes.map((note) => `- ${quote(note)}`),
  ];
  return paragraphs(
    greeting,
    lines.length > 0 ? `I will keep in mind:\n\n${lines.join('\n')}` : undefined,
    reference(before),
    `Ask me about it later, for example “${memory.name === undefined || told.length > 0 ? `What is my ${quote(told[0]?.[0] ?? 'number')}?` : 'What is my name?'}”.`,
    text.length > 500 ? 'That was a long message, and I have read every word.' : undefined,
  );
}

/** Answers from what was told. */
export function recallText({ before }: Question, intent: Extract<Intent, { type: 'recall' }>): string {
  switch (intent.what) {
    case 'name':
      return before.name === undefined
        ? 'You have not told me your name yet. Try “My name is Ada”.'
        : `Your name is **${quote(before.name)}**.`;
    case 'number': {
      const last = before.numbers.at(-1);
      if (last === undefined) return 'You have not told me a number yet.';
      const all =
        before.numbers.length > 1 ? ` All of them: ${before.numbers.map((number) => `\`${number}\``).join(', ')}.` : '';
      return `The last number that you told me was **${last}**.${all}`;
    }
    case 'notes':
      return before.notes.length === 0
        ? questions(before)
        : `You asked me to remember:\n\n${before.notes.map((note) => `- ${quote(note)}`).join('\n')}`;
    case 'questions':
      return questions(before);
    case 'fact': {
      const value = before.facts.get(intent.key);
      if (value === undefined)
        return paragraphs(`You have not told me your ${quote(intent.key)} yet.`, reference(before));
      return `Your ${quote(intent.key)}: **${quote(value)}**. You told me so earlier.`;
    }
  }
}

function questions({ said }: Memory): string {
  if (said.length === 0) return 'This is your first question. I have nothing to look back at yet.';
  return `So far you have written:\n\n${said.map((text, index) => `${index + 1}. “${quote(text)}”`).join('\n')}`;
}
