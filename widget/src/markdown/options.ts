/** What a page asks of a MarkdownStream → what is drawn by. */
import { allowedPlaces, originOf, protocolOf } from './allowed-places.js';
import type { CodeCopyLabels } from './code-copy.js';
import type { Highlight } from './highlight.js';
import type { RenderLabels, RenderOptions } from './inline.js';
import { LINK_PROTOCOLS } from './url-policy.js';

export type MarkdownLabels = RenderLabels & CodeCopyLabels;

export interface MarkdownStreamOptions {
  /** Words for buttons and assistive technology; English unless given. */
  readonly labels?: Partial<MarkdownLabels>;
  /** Added to every heading's level: 2 turns `#` into an `h3`. 0 unless given. */
  readonly headingOffset?: number;
  /** What relative links are resolved against: the document's base unless given. */
  readonly base?: string;
  /** What may be linked: `['http:', 'https:', 'mailto:']` unless given. `javascript:` and its like never are. */
  readonly linkProtocols?: readonly string[];
  /** Images from these origins (`https://images.example`) are shown; all others are links. None unless given. */
  readonly imageOrigins?: readonly string[];
  /** Colours finished code blocks. Loads what it needs when it is first called; only spans and classes are taken over. */
  readonly highlight?: Highlight;
  /** Told when a block could not be parsed (it is shown as its source then) or the highlighter failed. Logged unless given. */
  readonly onError?: (error: unknown) => void;
}

const LABELS = {
  copyCode: 'Copy code',
  copied: 'Copied',
  copyFailed: 'Copying is not allowed here',
  code: 'Code',
  table: 'Table',
  done: 'Done',
  notDone: 'Not done',
  image: 'Image',
} satisfies MarkdownLabels;

export type CheckedOptions = RenderOptions & { readonly labels: MarkdownLabels };

/** @throws TypeError naming the option, what is wrong with it and what to write instead. */
export function readOptions(options: MarkdownStreamOptions): CheckedOptions {
  for (const name of ['highlight', 'onError'] as const) {
    const given: unknown = options[name];
    if (given !== undefined && typeof given !== 'function') refuse(`${name} must be a function, not ${typeof given}`);
  }
  return {
    labels: labelled(options.labels ?? {}),
    headingOffset: wholeNumber(options.headingOffset ?? 0),
    base: absolute(options.base),
    linkProtocols: allowedPlaces(options.linkProtocols ?? LINK_PROTOCOLS, protocolOf, (written) =>
      refuse(`linkProtocols has ${JSON.stringify(written)}: write names such as 'https:', none that can run scripts`),
    ),
    imageOrigins: allowedPlaces(options.imageOrigins ?? [], originOf, (written) =>
      refuse(`imageOrigins has ${JSON.stringify(written)}: write origins such as 'https://images.example'`),
    ),
  };
}

/** What is not given is English; a button without words is none to those who do not see it. */
function labelled(given: Partial<MarkdownLabels>): MarkdownLabels {
  const labels: { -readonly [Name in keyof MarkdownLabels]: string } = { ...LABELS };
  for (const name of Object.keys(LABELS) as (keyof MarkdownLabels)[]) {
    const label: unknown = given[name] ?? LABELS[name];
    if (typeof label !== 'string' || label === '') refuse(`labels.${name} must be words, not ${JSON.stringify(label)}`);
    labels[name] = label;
  }
  return labels;
}

/** A page without an address of its own (`about:blank`) has a base that nothing can be resolved against. */
function absolute(base: string | undefined): string {
  if (base === undefined) return document.baseURI;
  try {
    return new URL(base, document.baseURI).href;
  } catch {
    return refuse(`base is ${JSON.stringify(base)}: write an address such as 'https://docs.example/'`);
  }
}

export function refuse(why: string): never {
  throw new TypeError(`MarkdownStream: ${why}.`);
}

function wholeNumber(offset: number): number {
  if (Number.isInteger(offset) && offset >= 0) return offset;
  return refuse(`headingOffset must be a whole number, 0 or more, not ${JSON.stringify(offset)}`);
}
