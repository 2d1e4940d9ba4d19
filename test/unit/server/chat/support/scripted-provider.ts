import type { AnswerRequest, FinishReason, Provider } from '../../../../../templates/node/src/providers/provider.js';

type Step = { readonly text: string } | { readonly end: FinishReason } | { readonly error: unknown };

/** One answer in the hands of the test. */
export class ScriptedAnswer {
  readonly #steps: Step[] = [];
  #wake: () => void = () => undefined;
  /** Everything that was yielded to the server. */
  sent = '';
  /** The generator has run to its end, in whatever way. */
  isOver = false;

  constructor(
    readonly request: AnswerRequest,
    /** A provider that does not care about its signal. */
    readonly isDeaf: boolean,
  ) {
    request.signal.addEventListener('abort', () => this.#wake());
  }

  say(text: string): this {
    return this.#add({ text });
  }

  end(reason: FinishReason = 'stop'): this {
    return this.#add({ end: reason });
  }

  fail(error: unknown): this {
    return this.#add({ error });
  }

  async *run(): AsyncGenerator<string, FinishReason, void> {
    try {
      for (;;) {
        while (this.#steps.length === 0) {
          if (!this.isDeaf) this.request.signal.throwIfAborted();
          await new Promise<void>((resolve) => (this.#wake = resolve));
        }
        const step = this.#steps.shift() as Step;
        if ('end' in step) return step.end;
        if ('error' in step) throw step.error;
        this.sent += step.text;
        yield step.text;
      }
    } finally {
      this.isOver = true;
    }
  }

  #add(step: Step): this {
    this.#steps.push(step);
    this.#wake();
    return this;
  }
}

/** A provider that says what the test tells it to, when the test tells it to. */
export class ScriptedProvider implements Provider {
  readonly name = 'scripted';
  readonly answers: ScriptedAnswer[] = [];
  isDeaf = false;
  readonly #unclaimed: ScriptedAnswer[] = [];
  readonly #waiting: ((answer: ScriptedAnswer) => void)[] = [];

  answer(request: AnswerRequest): AsyncGenerator<string, FinishReason, void> {
    const answer = new ScriptedAnswer(request, this.isDeaf);
    this.answers.push(answer);
    const waiting = this.#waiting.shift();
    if (waiting) waiting(answer);
    else this.#unclaimed.push(answer);
    return answer.run();
  }

  /** The next answer that the server asks for, now or later. */
  next(): Promise<ScriptedAnswer> {
    const answer = this.#unclaimed.shift();
    return answer ? Promise.resolve(answer) : new Promise((resolve) => this.#waiting.push(resolve));
  }
}
