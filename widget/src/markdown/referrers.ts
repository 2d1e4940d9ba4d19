/** Drawn blocks that a later link definition may change, by the labels that they name. */
import type { Token } from 'marked';

/** A block that will not change by itself, kept because a later definition may turn `[its words]` into a link. */
export interface Referrer {
  readonly raw: string;
  node: ChildNode;
}

/** Longer ones are none (CommonMark). */
const MAX_LABEL = 999;

export class Referrers {
  readonly #byLabel = new Map<string, Set<Referrer>>();

  add(token: Token, node: ChildNode): void {
    if (token.type === 'code' || token.type === 'html') return;
    const referrer: Referrer = { raw: token.raw, node };
    for (const label of labelsIn(token.raw)) {
      const key = normalised(label);
      const known = this.#byLabel.get(key);
      if (known) known.add(referrer);
      else this.#byLabel.set(key, new Set([referrer]));
    }
  }

  /** @param labels as marked gives them. @returns each block that names one of them, once. */
  to(labels: readonly string[]): readonly Referrer[] {
    return [...new Set(labels.flatMap((label) => [...(this.#byLabel.get(normalised(label)) ?? [])]))];
  }
}

/** What stands in innermost brackets: a label holds no others. One pass, whatever the brackets. */
function* labelsIn(source: string): Generator<string> {
  let open = -1;
  for (const { 0: match, index } of source.matchAll(/\\[^]|[[\]]/g)) {
    if (match === '[') open = index;
    else if (match === ']') {
      if (open !== -1 && index - open - 1 <= MAX_LABEL) yield source.slice(open + 1, index);
      open = -1;
    }
  }
}

/** As labels are compared; a quote's `>` at the start of a line is not part of one. */
function normalised(label: string): string {
  return label
    .replace(/\n[ \t>]*/g, ' ')
    .trim()
    .replace(/\s+/g, ' ')
    .toLowerCase()
    .toUpperCase()
    .toLowerCase();
}
