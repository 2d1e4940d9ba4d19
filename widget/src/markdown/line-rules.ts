/**
 * marked's rules for what may go on over many lines: paragraphs, underlined headings, quotes and tables. They match what
 * marked's own match (https://github.com/markedjs/marked/blob/master/src/rules.ts; test/unit/line-rules.test.ts holds
 * them to it), read line by line. In marked each is one expression that holds all blocks that may come next, some of
 * them several times over: a browser takes 5 to 15 ms to compile one, which is longer than a whole answer takes to read.
 */
import { Lexer } from 'marked';
import type { Tokenizer } from 'marked';

type BlockRules = Tokenizer['rules']['block'];

const { html } = Lexer.rules.block.gfm;

/** The elements that begin a block, as marked lists them. */
const [BLOCK_ELEMENTS = ''] = /address\|[\w|[\]-]+/.exec(html.source) ?? [];

const HTML = new RegExp(
  ` {0,3}(?:</?(?:${BLOCK_ELEMENTS})(?:[ \\t]+|\\n|/?>)|<(?:(?:script|pre|style|textarea)(?:[\\s>]|$)|!--)|<\\?|<![A-Za-z]|<!\\[CDATA\\[)`,
  'y',
);
const TAG = / {0,3}</y;

const RULE = / {0,3}(?:(?:-[\t ]*){3,}|(?:_[\t ]*){3,}|(?:\*[\t ]*){3,})(?:\n|$)/y;
/** A heading, a quote or a fence. */
const BLOCK = / {0,3}(?:#{1,6}(?:\s|$)|>|`{3,}(?=[^`\n]*(?:\n|$))|~~~)/y;
const FIRST_ITEM = / {0,3}(?:[*+-]|1[.)])[ \t]+[^ \t\n]/y;
const FIRST_ITEM_IN_TABLE = / {0,3}(?:[*+-]|1[.)])[ \t]/y;
const ITEM_IN_QUOTE = / {0,3}(?:[*+-]|\d{1,9}[.)])(?:[ \t]|\n|$)/y;
const ITEM_IN_HEADING = / {0,3}(?:[*+-]|\d{1,9}[.)]) /y;
const INDENTED = / {4}| {0,3}\t/y;
const INDENTED_CODE = /(?: {4}| {0,3}\t)[^\n]/y;
const BLANK = /[ \t]+\n/y;
const BLANK_IN_TABLE = / *\n/y;
const BLANK_IN_HEADING = /\s*?\n/y;
const TABLE_HEAD = / *([^\n ].*)\n {0,3}((?:\| *)?:?-+:? *(?:\| *:?-+:? *)*(?:\| *)?)(?=\n|$)/y;
/** What marked takes for one where it looks for an underline. */
const DELIMITER_ROW = / {0,3}\|?(?:[:\- ]*\|)+[:\- ]*\n/y;
const OPENING_FENCE = / {0,3}(?:`{3}|~{3})/y;
const QUOTE_MARK = / {0,3}> ?/y;
const REST_IS_BLANK = /[ \t]*(?:\n|$)/y;
const UNDERLINE = /\n {0,3}(=+|-+)[ \t]*(?:\n+|$)/y;
/** What a `.` takes: the other ends of lines that Unicode has are none in markdown, but no character for it either. */
const LINE = /.*(?:\n|$)/y;

function matchAt(rule: RegExp, source: string, at: number): RegExpExecArray | null {
  rule.lastIndex = at;
  return rule.exec(source);
}

function isAt(rule: RegExp, source: string, at: number): boolean {
  rule.lastIndex = at;
  return rule.test(source);
}

function isHtml(source: string, at: number): boolean {
  return isAt(TAG, source, at) && isAt(HTML, source, at);
}

function isBlock(source: string, at: number): boolean {
  return isAt(BLOCK, source, at) || isAt(RULE, source, at) || isHtml(source, at);
}

function endOfLine(source: string, at: number): number {
  const end = source.indexOf('\n', at);
  return end === -1 ? source.length : end;
}

/** @returns where the words end that begin at `start`: at the end of a line. */
function endOfWords(source: string, start: number, isOver: (at: number) => boolean): number {
  let end = endOfLine(source, start);
  for (let next = end + 1; next < source.length && source[next] !== '\n' && !isOver(next); next = end + 1) {
    end = endOfLine(source, next);
  }
  return end;
}

function paragraph(source: string): string[] | undefined {
  if (source === '' || source.startsWith('\n')) return undefined;
  const end = endOfWords(
    source,
    0,
    (at) =>
      isBlock(source, at) || isAt(FIRST_ITEM, source, at) || isAt(BLANK, source, at) || isAt(TABLE_HEAD, source, at),
  );
  const words = source.slice(0, end);
  return [words, words];
}

function blockquote(source: string): string[] | undefined {
  const isOver = (at: number): boolean =>
    isBlock(source, at) || isAt(ITEM_IN_QUOTE, source, at) || isAt(BLANK, source, at);
  let end = 0;
  for (;;) {
    const mark = matchAt(QUOTE_MARK, source, end);
    if (!mark) break;
    const start = end + mark[0].length;
    const last = isAt(REST_IS_BLANK, source, start) ? endOfLine(source, start) : endOfWords(source, start, isOver);
    end = Math.min(last + 1, source.length);
  }
  return end === 0 ? undefined : [source.slice(0, end)];
}

function table(source: string): (string | undefined)[] | undefined {
  const match = matchAt(TABLE_HEAD, source, 0);
  if (!match) return undefined;
  const [all, head, delimiters] = match;
  if (all.length === source.length) return [all, head, delimiters, undefined];
  const start = all.length + 1;
  let end = start;
  const isOver = (): boolean =>
    isAt(BLANK_IN_TABLE, source, end) ||
    isBlock(source, end) ||
    isAt(INDENTED_CODE, source, end) ||
    isAt(FIRST_ITEM_IN_TABLE, source, end);
  while (end < source.length && !isOver()) {
    const row = matchAt(LINE, source, end);
    if (!row) break;
    end += row[0].length;
  }
  let last = end;
  while (source[last] === '\n') last++;
  return [source.slice(0, last), head, delimiters, source.slice(start, end)];
}

/** Whether a line is none of an underlined heading's. */
function isOther(source: string, at: number): boolean {
  return (
    isAt(ITEM_IN_HEADING, source, at) ||
    isAt(OPENING_FENCE, source, at) ||
    isAt(BLOCK, source, at) ||
    isHtml(source, at) ||
    isAt(DELIMITER_ROW, source, at)
  );
}

/** Words with such lines are a paragraph, also with an underline. */
export function refusesUnderline(words: string): boolean {
  for (let start = 0; start < words.length; start = endOfLine(words, start) + 1) {
    if (isOther(words, start)) return true;
  }
  return false;
}

function lheading(source: string): string[] | undefined {
  for (let start = 0; start < source.length;) {
    const isOver =
      start === 0 ? isAt(INDENTED, source, 0) : isAt(BLANK_IN_HEADING, source, start) || isAt(RULE, source, start);
    if (isOver || isOther(source, start)) return undefined;
    const line = matchAt(LINE, source, start)?.[0];
    if (!line?.endsWith('\n')) return undefined;
    const end = start + line.length - 1;
    // Words there must be; in a list, marked asks for it with none.
    const underline = end > 0 && matchAt(UNDERLINE, source, end);
    if (underline) return [source.slice(0, end) + underline[0], source.slice(0, end), underline[1] ?? ''];
    start = end + 1;
  }
  return undefined;
}

/** Answers as the expression that it stands for, with what `read` finds at the beginning of a text. */
class LineRule extends RegExp {
  readonly #read: (source: string) => (string | undefined)[] | undefined;

  constructor(read: (source: string) => (string | undefined)[] | undefined) {
    super('');
    this.#read = read;
  }

  override exec(source: string): RegExpExecArray | null {
    const groups = this.#read(source);
    return groups ? (Object.assign(groups, { index: 0, input: source }) as RegExpExecArray) : null;
  }
}

/** marked's rules with these in the place of their own. */
export function withLineRules(rules: BlockRules): BlockRules {
  return {
    ...rules,
    paragraph: new LineRule(paragraph),
    blockquote: new LineRule(blockquote),
    table: new LineRule(table),
    lheading: new LineRule(lheading),
  };
}
