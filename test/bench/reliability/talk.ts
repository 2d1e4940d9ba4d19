/** What is said to a client, at an even pace: the model that all subjects are measured with. */
import type { AnswerRequest, FinishReason, Provider } from '../../../templates/node/src/providers/provider.js';
import { word } from './score.js';

/** One answer: numbered words from `start()` to `end()`. */
export class Talk {
  said = 0;
  isOver = false;
  readonly #listeners = new Set<() => void>();
  #startedAt: number | undefined;

  start(): void {
    this.#startedAt ??= performance.now();
  }

  /** After this no more words come. */
  end(): void {
    this.isOver = true;
    this.#tell();
  }

  /** Says what is due by now. */
  tick(wordsPerSecond: number): void {
    if (this.#startedAt === undefined || this.isOver) return;
    const due = Math.floor(((performance.now() - this.#startedAt) * wordsPerSecond) / 1000);
    if (due <= this.said) return;
    this.said = due;
    this.#tell();
  }

  /** Calls back after each word or more, and after the end. The result takes it back. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async *words(signal: AbortSignal): AsyncGenerator<string, FinishReason, void> {
    let wake: () => void = () => undefined;
    const forget = this.onChange(() => wake());
    const aborted = (): void => wake();
    signal.addEventListener('abort', aborted);
    try {
      for (let next = 1; ;) {
        signal.throwIfAborted();
        if (next <= this.said) yield word(next++);
        else if (this.isOver) return 'stop';
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      forget();
      signal.removeEventListener('abort', aborted);
    }
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** All talks, by the name that their client asks with; and the provider that answers with them. */
export class Talks {
  readonly #talks = new Map<string, Talk>();
  readonly #ticker: NodeJS.Timeout;

  constructor(wordsPerSecond: number) {
    this.#ticker = setInterval(() => {
      for (const talk of this.#talks.values()) talk.tick(wordsPerSecond);
    }, 1000 / wordsPerSecond);
  }

  open(name: string): Talk {
    const talk = new Talk();
    this.#talks.set(name, talk);
    return talk;
  }

  close(name: string): void {
    this.#talks.get(name)?.end();
    this.#talks.delete(name);
  }

  /** Answers the question NAME with the talk of that name, which begins then. */
  readonly provider: Provider = {
    name: 'talks',
    answer: ({ turns, signal }: AnswerRequest) => {
      const name = turns.at(-1)?.content ?? '';
      const talk = this.#talks.get(name);
      if (talk === undefined) throw new Error(`nobody asked ${JSON.stringify(name)}`);
      talk.start();
      return talk.words(signal);
    },
  };

  stop(): void {
    clearInterval(this.#ticker);
    for (const name of [...this.#talks.keys()]) this.close(name);
  }
}
