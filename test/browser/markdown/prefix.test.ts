/** Every prefix of text that streams: what is shown of it, and that nothing shown is taken away again. */
import { expect } from '@open-wc/testing';
import { MarkdownStream } from '../../../widget/src/markdown.js';
import { canonical } from '../support/canonical.js';
import { COMPLETION_KINDS, completionsBetween, fullPass } from '../support/completions.js';
import { DOCUMENTS } from '../support/documents.js';
import { HARD_CASES } from '../support/hard-cases.js';
import { randomFrom } from '../support/random.js';

const CASES = Object.entries({ ...DOCUMENTS, ...HARD_CASES });

/** What is drawn of each prefix, by characters. */
function* prefixes(markdown: string): Generator<{ prefix: string; container: Element }> {
  const container = document.createElement('div');
  const stream = new MarkdownStream(container);
  for (let length = 1; length <= markdown.length; length++) {
    stream.write(markdown.charAt(length - 1));
    stream.flush();
    yield { prefix: markdown.slice(0, length), container };
  }
}

function fresh(markdown: string): Element {
  const container = document.createElement('div');
  const stream = new MarkdownStream(container);
  stream.write(markdown);
  stream.flush();
  return container;
}

/** The lines of all cases, at random; but for emphasis and code that end on no line, and may never end. */
function* randomDocuments(random: () => number, count: number): Generator<string> {
  const lines = CASES.flatMap(([, markdown]) => markdown.split('\n')).filter(
    (line) => line.startsWith('|') || canonical(fresh(`${line}\n`)) === canonical(fullPass(`${line}\n`)),
  );
  for (let made = 0; made < count; made++) {
    const length = 2 + Math.floor(random() * 7);
    yield Array.from({ length }, () => lines[Math.floor(random() * lines.length)]).join('\n') + '\n';
  }
}

describe('every prefix of streaming markdown', () => {
  it('is what one full pass makes of it, but for the listed completions', () => {
    const used: Record<string, number> = Object.fromEntries(COMPLETION_KINDS.map((kind) => [kind, 0]));
    const wrong: string[] = [];
    let compared = 0;
    let exact = 0;
    for (const [name, markdown] of CASES) {
      for (const { prefix, container } of prefixes(markdown)) {
        compared++;
        const drawn = canonical(container);
        const kinds = completionsBetween(prefix, drawn);
        if (kinds === undefined) wrong.push(`${name}: ${JSON.stringify(prefix)}\n    ${drawn}`);
        else if (kinds.length === 0) exact++;
        else for (const kind of new Set(kinds)) used[kind] = (used[kind] ?? 0) + 1;
      }
    }
    console.log(`${compared} prefixes, ${exact} exact, ${wrong.length} wrong; completed: ${JSON.stringify(used)}`);
    none(wrong);
    for (const [kind, count] of Object.entries(used)) expect(count, kind).to.be.greaterThan(0);
  });

  it('looks the same however it came', () => {
    const wrong: string[] = [];
    for (const [name, markdown] of CASES) {
      for (const { prefix, container } of prefixes(markdown)) {
        const whole = canonical(fresh(prefix));
        const drawn = canonical(container);
        if (whole !== drawn) wrong.push(`${name}: ${JSON.stringify(prefix)}\n    ${drawn}\n    ${whole}`);
      }
    }
    none(wrong);
  });

  it('keeps what it has shown of random documents', () => {
    const random = randomFrom();
    const wrong: string[] = [];
    for (const markdown of randomDocuments(random, 200)) {
      for (const loss of losses(markdown)) {
        if (!Object.values(TAKEN_AWAY).some((may) => may(loss))) wrong.push(JSON.stringify(loss, null, 4));
      }
    }
    none(wrong);
  });

  it('is what is drawn of a random document in random pieces', () => {
    const random = randomFrom();
    const wrong: string[] = [];
    for (const markdown of randomDocuments(random, 200)) {
      const container = document.createElement('div');
      const stream = new MarkdownStream(container);
      for (let at = 0; at < markdown.length;) {
        const end = Math.min(markdown.length, at + 1 + Math.floor(random() * 12));
        stream.write(markdown.slice(at, end));
        stream.flush();
        at = end;
        const prefix = markdown.slice(0, end);
        const drawn = canonical(container);
        const whole = canonical(fresh(prefix));
        if (whole !== drawn) wrong.push(`${JSON.stringify(prefix)}\n    ${drawn}\n    ${whole}`);
      }
    }
    none(wrong);
  });

  it('keeps whatever it has shown, but for what is listed', () => {
    const wrong: string[] = [];
    const taken: Record<string, number> = Object.fromEntries(Object.keys(TAKEN_AWAY).map((kind) => [kind, 0]));
    for (const [name, markdown] of CASES) {
      for (const loss of losses(markdown)) {
        const kind = Object.keys(TAKEN_AWAY).find((key) => TAKEN_AWAY[key]?.(loss));
        if (kind === undefined) wrong.push(`${name}: ${JSON.stringify(loss, null, 4)}`);
        else taken[kind] = (taken[kind] ?? 0) + 1;
      }
    }
    console.log(`taken away: ${JSON.stringify(taken)}`);
    none(wrong);
    for (const [kind, count] of Object.entries(taken)) expect(count, kind).to.be.greaterThan(0);
  });
});

interface Loss {
  readonly prefix: string;
  readonly before: string;
  readonly shown: string;
}

/** What nobody can know before it comes. */
const TAKEN_AWAY: Readonly<Record<string, (loss: Loss) => boolean>> = {
  'the brackets of a link that is defined later': ({ prefix, before, shown }) =>
    /^[> ]*\[[^\]]+\]:/m.test(prefix) && isWithin(before.replace(/\[([^\]]*)\](?:\[[^\]]*\])?/g, '$1'), shown),
  "a definition's title, from its second line on": ({ prefix, before, shown }) =>
    /\]:[^\n]*\n["'(][^\n]*\n[^\n]*["')]$/.test(prefix) && isWithin(shown, before),
  'the marker of what becomes a list by an underline below it': ({ prefix, before, shown }) =>
    /\d[.)][^\n]*\n[-=|: ]+\n$/.test(prefix) && isWithin(before.replace(/\d+[.)]/g, ''), shown),
  'what stood in code that never ended': ({ prefix, before, shown }) =>
    /`[^`]*\n[ >]*.?$/.test(prefix) && isWithin(letters(shown), letters(before) + prefix.slice(-1)),
  'the pipes of a table that begins without one, or without words': ({ prefix, before, shown }) =>
    /(?:^|\n)(?![ >]*\|.*[^|: \t\n-])[^\n]+\n[-:|> ]+\n$/.test(prefix) && isWithin(before.replaceAll('|', ''), shown),
};

/** Where less is shown of a text than of a shorter one: words, or what has none. */
function* losses(markdown: string): Generator<Loss> {
  let before = '';
  let count = 0;
  for (const { prefix, container } of prefixes(markdown)) {
    const shown = visible(container);
    const { length } = container.querySelectorAll('hr, li, input, figure');
    if (!isWithin(before, shown) || length < count) yield { prefix: prefix.replaceAll('\r\n', '\n'), before, shown };
    before = shown;
    count = length;
  }
}

function letters(text: string): string {
  return text.replace(/\P{L}/gu, '');
}

function none(wrong: readonly string[]): void {
  if (wrong.length > 0) throw new Error(`${wrong.length} wrong:\n${wrong.slice(0, 60).join('\n')}`);
}

function visible(container: Element): string {
  const copy = container.cloneNode(true) as Element;
  for (const added of copy.querySelectorAll('.destination, figcaption')) added.remove();
  return copy.textContent.replace(/\s+/g, '');
}

/** Whether all characters of `part` are in `whole`, in their order: words may be added anywhere, but none goes. */
function isWithin(part: string, whole: string): boolean {
  let at = 0;
  for (const character of part) {
    at = whole.indexOf(character, at) + 1;
    if (at === 0) return false;
  }
  return true;
}
