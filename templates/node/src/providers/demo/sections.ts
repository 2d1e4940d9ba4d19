import { fenced, LANGUAGES } from './code.js';
import type { Random } from './random.js';

export type SectionName =
  | 'headings'
  | 'list'
  | 'steps'
  | 'tasks'
  | 'table'
  | 'code'
  | 'quote'
  | 'emphasis'
  | 'links'
  | 'image'
  | 'footnote'
  | 'breaks'
  | 'paragraph'
  | 'languages'
  | 'escapes';

/** One construct of markdown with something to say. `topic` is fit for markdown already. */
export interface Section {
  readonly name: SectionName;
  readonly title: string;
  /** A question in lower case that asks for just this. */
  readonly asked?: RegExp;
  write(topic: string, random: Random): string;
}

const ADJECTIVES = ['calm', 'curious', 'careful', 'plain', 'playful', 'thorough'] as const;
const TIMES = ['this morning', 'by tonight', 'within a week', 'before the next release'] as const;

/** Together they hold every construct of GitHub-flavoured markdown; an answer takes some of them in turn. */
export const SECTIONS: readonly Section[] = [
  {
    name: 'list',
    title: 'What matters',
    asked: /\b(?:bullet|list)\b/,
    write: (topic, random) => `- **${topic}** in a ${random.pick(ADJECTIVES)} way
  - start with what you know
  - leave out what nobody asked for
    - twice, if need be
- the people who will read it
- time: ${random.pick(TIMES)}

  A list item may hold a second paragraph, too.`,
  },
  {
    name: 'table',
    title: 'A comparison',
    asked: /\btables?\b|\bcompar(?:e|ison)\b/,
    write: (topic, random) => `| Option for ${topic} | Effort | Share | Note |
| :--- | :---: | ---: | --- |
| Do it **by hand** | low | ${random.integer(5, 40)} % | good for a first try |
| Use \`a script\` | medium | ${random.integer(41, 80)} % | pays off from the ~~second~~ third time |
| Ask *somebody* | high | ${random.integer(81, 99)} % | a \\| sign needs a backslash |`,
  },
  {
    name: 'code',
    title: 'In code',
    write: (_topic, random) => fenced(random.pick(LANGUAGES)),
  },
  {
    name: 'steps',
    title: 'Step by step',
    asked: /\bsteps?\b|\bhow (?:do|can|to)\b/,
    write: (topic) => `1. Write down in one sentence what you expect of ${topic}.
2. Try the smallest thing that could work:
   \`\`\`bash
   npm start
   \`\`\`
3. Look at the result.
   1. Is it what you wrote down?
   2. If not, which of the two is wrong?
4. Repeat.`,
  },
  {
    name: 'quote',
    title: 'A thought',
    asked: /\bquot(?:e|ation)s?\b/,
    write: (topic) => `> Whoever explains ${topic} in a short way has understood it in a long one.
>
> > And who quotes a quotation indents twice.
>
> - even lists
> - fit in here`,
  },
  {
    name: 'tasks',
    title: 'To do',
    asked: /\b(?:tasks?|to-?dos?|check ?lists?)\b/,
    write: (topic, random) => `- [x] ask about ${topic}
- [x] read the answer
- [ ] ask again, more exactly
- [ ] be done ${random.pick(TIMES)}`,
  },
  {
    name: 'emphasis',
    title: 'In short',
    asked: /\b(?:bold|italic|emphasis|strike)/,
    write: (topic, random) =>
      `It is **${random.pick(ADJECTIVES)}**, *never hurried*, ***both at once*** where it counts, ~~complicated~~ simple, and ` +
      `\`${topic.replaceAll('`', '').replaceAll('\\', '')}\` is written as code. Within words un**bold**ed parts work as well.`,
  },
  {
    name: 'links',
    title: 'Further reading',
    asked: /\blinks?\b|\burls?\b/,
    write: () => `- [CommonMark](https://commonmark.org "A link with a title") says what markdown is.
- [AnyCable][anycable] carries these very words when a site grows.
- A bare address becomes a link: https://example.com/path?query=1&more=2
- So does one in angle brackets: <https://example.org>, or <someone@example.org>.

[anycable]: https://docs.anycable.io`,
  },
  {
    name: 'paragraph',
    title: 'The long version',
    asked: /\bparagraphs?\b|\bprose\b/,
    write: (topic, random) =>
      `Let us think about ${topic} for a moment, in one paragraph that is longer than it has to be, so that you can see how a real ` +
      `answer grows while you read it. The first lines are there before the last ones are thought of, and that is the point: nobody ` +
      `waits in front of an empty box. If you scroll up now, the text stays where you are and does not drag you along; if you stay at ` +
      `the bottom, it takes you with it. Reload the page in the middle of this sentence, close the lid, or walk through a tunnel for ` +
      `${random.integer(2, 20)} seconds: what was said meanwhile is not lost, it comes after, once, and in order. That is easily said ` +
      `and was not so easily built, and it is the reason for this widget to exist.`,
  },
  {
    name: 'languages',
    title: 'In other scripts',
    asked: /\b(?:unicode|emojis?|chinese|japanese|arabic|hebrew|rtl)\b/,
    write: () => `- Emoji, also put together of several: 👋🏽 👩‍💻 👨‍👩‍👧‍👦 🏳️‍🌈 🇩🇪 1️⃣
- 中文：答案完整地到达，一个字也不少。
- 日本語：文字が途中で切れることはありません。
- العربية: تصل الإجابة كاملة، ولو انقطع الاتصال.
- עברית: התשובה מגיעה בשלמותה.
- Combining marks: Å é ñ — and mathematics: 𝒙² + 𝒚² ≤ 1`,
  },
  {
    name: 'footnote',
    title: 'A side note',
    asked: /\bfootnotes?\b/,
    write: (topic) => `Much has been written about ${topic}.[^1] Not all of it was read.[^note]

[^1]: This is how some dialects write a footnote.
[^note]: Where it is not known, it stays plain text.`,
  },
  {
    name: 'image',
    title: 'A picture',
    asked: /\b(?:image|picture|photo|diagram)s?\b/,
    write: (topic) =>
      `![A sketch of ${topic}](https://example.com/sketch.png "Pictures are links unless the page allows their origin")`,
  },
  {
    name: 'breaks',
    title: 'A small poem',
    asked: /\bpoems?\b|\bverse\b|\bline breaks?\b/,
    write: (topic) => `A line that breaks with two spaces,\x20\x20
another with a backslash,\\
and ${topic}\x20\x20
in the last of them.

* * *

A rule above, and the poem is over.`,
  },
  {
    name: 'headings',
    title: 'Levels',
    asked: /\bhead(?:ing|er|line)s?\b/,
    write: (topic) => `### The third level

#### The fourth, about ${topic}

##### The fifth

A heading with an underline
---------------------------

Below it the text goes on.`,
  },
  {
    name: 'escapes',
    title: 'Signs as they are',
    asked: /\bescap(?:e|es|ing)\b|\bentit(?:y|ies)\b/,
    write:
      () => `\\*Not emphasised\\*, 2 \\* 3 = 6, snake_case_names, AT&amp;T, &copy; 2026, 1 &lt; 2, and \`\` a \` within code \`\`.

    four spaces make a block of code
    	with a tab in it`,
  },
];
