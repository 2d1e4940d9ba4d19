/** The short names that transcripts use for ids (`q1`, `a2`), and the UUIDs that stand behind them in one run. */
import { randomUUID } from 'node:crypto';

const LABEL = /^[qa]\d+$/;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export class Labels {
  readonly #ids = new Map<string, string>();
  readonly #labels = new Map<string, string>();

  /** The transcript's value with UUIDs; a label that is new gets one. */
  toIds(value: unknown): unknown {
    return mapStrings(value, (text) => (LABEL.test(text) ? this.#idOf(text) : text));
  }

  /** The server's value with labels, for those ids that have one. */
  toLabels(value: unknown): unknown {
    return mapStrings(value, (text) => this.#labels.get(text) ?? text);
  }

  /** Learns the labels of ids that the server minted: where `written` has a new label and `real` a new UUID. */
  learn(written: unknown, real: unknown): void {
    if (typeof written === 'string' && typeof real === 'string') {
      const isNew = LABEL.test(written) && !this.#ids.has(written) && UUID.test(real) && !this.#labels.has(real);
      if (isNew) this.#bind(written, real);
      return;
    }
    if (typeof written !== 'object' || written === null || typeof real !== 'object' || real === null) return;
    for (const [name, value] of Object.entries(written)) this.learn(value, (real as Record<string, unknown>)[name]);
  }

  #idOf(label: string): string {
    return this.#ids.get(label) ?? this.#bind(label, randomUUID());
  }

  #bind(label: string, id: string): string {
    this.#ids.set(label, id);
    this.#labels.set(id, label);
    return id;
  }
}

/** Keys, too: `cursors` is keyed by ids. */
function mapStrings(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === 'string') return map(value);
  if (Array.isArray(value)) return value.map((inner) => mapStrings(inner, map));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [map(name), mapStrings(inner, map)]));
}
