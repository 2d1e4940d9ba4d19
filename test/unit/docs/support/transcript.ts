/** Reads a transcript of docs/protocol.md ("How to read the transcripts" there) into steps. */

export type Json = Readonly<Record<string, unknown>>;

export type Step = Line & { readonly line: number };

type Line =
  | { readonly kind: 'perform'; readonly action: Json }
  /** `frame` undefined: any number of frames. */
  | {
      readonly kind: 'receive';
      readonly by: 'transmit' | 'broadcast';
      readonly lost: boolean;
      readonly frame: Json | 'hello' | undefined;
    }
  | { readonly kind: 'shown'; readonly texts: readonly string[]; readonly last: string }
  | { readonly kind: 'outbox'; readonly entries: readonly string[] }
  | { readonly kind: 'says'; readonly text: string }
  | { readonly kind: 'ends' }
  | { readonly kind: 'fails' }
  | { readonly kind: 'passes'; readonly milliseconds: number }
  | { readonly kind: 'reload' }
  | { readonly kind: 'crash' }
  | { readonly kind: 'wakes'; readonly text: string };

/** Throws with the line's number for a line that is none. `first`: the number of the text's first line. */
export function parseTranscript(text: string, first: number): readonly Step[] {
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    try {
      return [{ ...parseLine(line), line: first + index }];
    } catch (cause) {
      throw new Error(`line ${first + index} is no line of a transcript: ${line}`, { cause });
    }
  });
}

function parseLine(line: string): Line {
  const [, mark = '', rest = ''] = /^(\S+)\s+(.*)$/.exec(line) ?? [];
  switch (mark) {
    case '>':
      return { kind: 'perform', action: json(rest) };
    case '<':
      return received('transmit', false, rest);
    case '*':
      return received('broadcast', false, rest);
    case 'x<':
      return received('transmit', true, rest);
    case 'x*':
      return received('broadcast', true, rest);
    case '=':
      return expected(rest);
    case '!':
      return event(rest);
    default:
      throw new Error(`it begins with "${mark}"`);
  }
}

function received(by: 'transmit' | 'broadcast', lost: boolean, rest: string): Line {
  if (rest === '…' && lost) return { kind: 'receive', by, lost, frame: undefined };
  return { kind: 'receive', by, lost, frame: rest === 'hello' ? 'hello' : json(rest) };
}

function expected(rest: string): Line {
  const outbox = /^outbox (.*)$/.exec(rest);
  if (outbox !== null) return { kind: 'outbox', entries: JSON.parse(outbox[1] ?? '') as string[] };
  const [, texts = '', last = ''] = /^(\[.*\]) ([a-z, ]+)$/.exec(rest) ?? [];
  return { kind: 'shown', texts: expand(JSON.parse(texts)) as string[], last };
}

function event(rest: string): Line {
  const says = /^the model says (".*")$/.exec(rest);
  if (says !== null) return { kind: 'says', text: expand(JSON.parse(says[1] ?? '')) as string };
  const wakes = /^the dead server wakes, and its model goes on: (".*")$/.exec(rest);
  if (wakes !== null) return { kind: 'wakes', text: JSON.parse(wakes[1] ?? '') as string };
  const passes = /^(\d+) s pass$/.exec(rest);
  if (passes !== null) return { kind: 'passes', milliseconds: Number(passes[1]) * 1_000 };
  switch (rest) {
    case 'the model ends':
      return { kind: 'ends' };
    case 'the model fails':
      return { kind: 'fails' };
    case 'the page reloads':
      return { kind: 'reload' };
    case 'the server dies and starts again':
      return { kind: 'crash' };
    default:
      throw new Error(`nothing is known of "${rest}"`);
  }
}

function json(text: string): Json {
  return expand(JSON.parse(text)) as Json;
}

/** The other way round, for comparisons that a person can read when they fail: long runs of one letter, counted. */
export function shorten(value: unknown): unknown {
  return mapTexts(value, (text) =>
    text.replace(/(.)\1{99,}/gsu, (run, letter: string) => `<${run.length / letter.length} × ${letter}>`),
  );
}

/** `<300 × a>` in a string stands for 300 times `a`. */
function expand(value: unknown): unknown {
  return mapTexts(value, (text) =>
    text.replace(/<(\d+) × (.+?)>/gu, (_all, times: string, part: string) => part.repeat(Number(times))),
  );
}

function mapTexts(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === 'string') return map(value);
  if (Array.isArray(value)) return value.map((inner) => mapTexts(inner, map));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, mapTexts(inner, map)]));
}
