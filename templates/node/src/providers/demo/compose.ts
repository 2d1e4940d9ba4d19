import { fenced, LANGUAGES } from './code.js';
import type { Memory } from './memory.js';
import { paragraphList, paragraphs } from './paragraphs.js';
import type { Question } from './question.js';
import { quote } from './quote.js';
import { createRandom } from './random.js';
import type { Random } from './random.js';
import { recallText, reference, tell } from './remember.js';
import { SECTIONS } from './sections.js';
import type { Section } from './sections.js';
import { HELP, HOSTILE, WELCOME } from './texts.js';
import { topicOf } from './topic.js';

const SECTIONS_PER_ANSWER = 3;

/** The whole markdown of one answer. The same arguments, the same text. */
export function compose(question: Question, seed: string, random: Random): string {
  const { intent, before } = question;
  switch (intent.type) {
    case 'fail':
      return paragraphs(
        reference(before),
        'You asked me to fail, so this answer breaks off in the middle of a sentence. What was said until then stays, and you can',
      );
    case 'help':
      return paragraphs(reference(before), HELP);
    case 'greet':
      return paragraphs(
        `Hello${address(before)}! 👋`,
        reference(before),
        before.said.length === 0 ? WELCOME : 'What would you like to know?',
      );
    case 'thanks':
      return paragraphs(`You are welcome${address(before)}! 🙂`, reference(before));
    case 'tell':
      return tell(question);
    case 'recall':
      return recallText(question, intent);
    case 'hostile':
      return paragraphs(reference(before), HOSTILE);
    case 'code': {
      const language = intent.language ?? random.pick(LANGUAGES);
      return paragraphs(
        reference(before),
        `Here is a little ${language.title}:`,
        fenced(language),
        `It is a sample: a demo model cannot program for “${quote(question.text)}”.`,
      );
    }
    case 'section': {
      const section = SECTIONS.find(({ name }) => name === intent.section);
      return paragraphs(
        reference(before),
        opening(question, random),
        section?.write(topicOf(question.text), random),
        footer(before),
      );
    }
    case 'everything':
      return paragraphs(
        reference(before),
        '# Everything at once',
        ...SECTIONS.map((section) => headed(section, question, random)),
        '---',
        footer(before),
      );
    case 'long':
      return long(question, intent.words, random);
    case 'short':
      return [reference(before), `In one sentence: **${topicOf(question.text)}** is a matter for a real model.`]
        .filter(Boolean)
        .join(' ');
    case 'topic':
      return paragraphs(
        reference(before),
        opening(question, random),
        ...rotation(before, seed).map((section) => headed(section, question, random)),
        footer(before),
      );
  }
}

function opening({ text, before, memory }: Question, random: Random): string {
  const name = memory.name === undefined ? '' : `${quote(memory.name)}, `;
  const phrase = random.pick([
    `${name}here is what an answer about **${topicOf(text)}** could look like.`,
    `${name}let us look at **${topicOf(text)}** together.`,
    `${name}a good question. About **${topicOf(text)}** there is a lot to say:`,
  ]);
  return before.said.length === 0
    ? `${capital(phrase)} I am only a demo model: I know nothing of it, but I can show how it streams.`
    : capital(phrase);
}

function long(question: Question, words: number, random: Random): string {
  const parts: string[] = paragraphList(
    reference(question.before),
    `# ${capital(topicOf(question.text))}`,
    opening(question, random),
  );
  let written = countWords(parts.join(' '));
  for (let chapter = 1; written < words; chapter += 1) {
    parts.push(`## Chapter ${chapter}`);
    for (const section of random.shuffle(SECTIONS)) {
      if (written >= words) break;
      const text = headed(section, question, random);
      parts.push(text);
      written += countWords(text);
    }
  }
  return paragraphs(...parts, footer(question.before));
}

/** Each answer takes the next constructs of an order that the seed decides, so that a few answers show all of them. */
function rotation({ said }: Memory, seed: string): Section[] {
  const order = createRandom(`${seed}/order`).shuffle(SECTIONS);
  const start = said.length * SECTIONS_PER_ANSWER;
  return Array.from({ length: SECTIONS_PER_ANSWER }, (_, index) => order[(start + index) % order.length]).filter(
    (section) => section !== undefined,
  );
}

function headed(section: Section, { text }: Question, random: Random): string {
  return `## ${section.title}\n\n${section.write(topicOf(text), random)}`;
}

function address({ name }: Memory): string {
  return name === undefined ? '' : `, ${quote(name)}`;
}

function footer({ said }: Memory): string | undefined {
  return said.length === 0
    ? '> **This is the demo model.** Say `help` to see what it can do and how to put in a real one.'
    : undefined;
}

function countWords(text: string): number {
  return text.split(/\s+/).length;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
