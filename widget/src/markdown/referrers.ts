/** Drawn words that a later link definition may change, by the labels that they name. */

/** Words that will not change by themselves, kept because a later definition may turn `[some of them]` into a link. */
export interface Referrer {
  readonly source: string;
  nodes: readonly ChildNode[];
  /** How many late definitions concerned it. */
  concerned: number;
  /** How many of those are not drawn yet. */
  waiting: number;
}

/** Longer ones are none (CommonMark). */
const MAX_LABEL = 999;

export class Referrers {
  readonly #byLabel = new Map<string, Set<Referrer>>();

  add(source: string, nodes: readonly ChildNode[]): void {
    const referrer: Referrer = { source, nodes, concerned: 0, waiting: 0 };
    for (const label of labelsIn(source)) {
      const key = normalised(label);
      const known = this.#byLabel.get(key);
      if (known) known.add(referrer);
      else this.#byLabel.set(key, new Set([referrer]));
    }
  }

  /** @param labels as marked gives them. @returns all words that name one of them, once. */
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

/** As labels are compared. */
function normalised(label: string): string {
  return label.trim().replace(/\s+/g, ' ').toLowerCase().toUpperCase().toLowerCase();
}
