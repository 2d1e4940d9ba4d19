import { compose } from './demo/compose.js';
import { demoFailure } from './demo/failure.js';
import { intentOf } from './demo/intent.js';
import { recall } from './demo/memory.js';
import { Pace } from './demo/pace.js';
import { createRandom } from './demo/random.js';
import { tokens } from './demo/tokens.js';
import { ProviderConfigurationError } from './provider.js';
import type { AnswerRequest, FinishReason, Provider } from './provider.js';
import { systemTimers } from './timers.js';
import type { Timers } from './timers.js';

export interface DemoOptions {
  /** Two demo models with the same seed answer the same conversation in the same words. */
  readonly seed: number;
  /** Infinity: without any pause. */
  readonly tokensPerSecond: number;
  readonly timers?: Timers;
}

/** So long it thinks, in tokens: time to see that an answer is on its way. */
const THINKING_TOKENS = 12;

/**
 * A model without a model: it makes its answers up of the conversation and a seed, and needs no key and no network. A
 * piece counts as a token; `maxTokens` cuts the answer, with `length`. Its time-outs never run out, since it never waits.
 */
export function createDemoProvider({ seed, tokensPerSecond, timers = systemTimers }: DemoOptions): Provider {
  if (!(tokensPerSecond > 0)) {
    throw new ProviderConfigurationError(
      `tokensPerSecond of the demo model is ${tokensPerSecond}; write a number above 0, or Infinity`,
    );
  }

  async function* answer({ turns, maxTokens, signal }: AnswerRequest): AsyncGenerator<string, FinishReason, void> {
    signal.throwIfAborted();
    const last = turns.findLastIndex((turn) => turn.role === 'user');
    const text = turns[last]?.content ?? '';
    const before = recall(turns.slice(0, Math.max(last, 0)));
    const intent = intentOf(text, before);
    const random = createRandom(`${seed}/${JSON.stringify(turns)}`);
    const pace = new Pace(tokensPerSecond, timers, signal);

    await pace.next(THINKING_TOKENS);
    if (intent.type === 'fail' && intent.how !== 'midway') throw demoFailure(intent.how);
    let count = 0;
    for (const token of tokens(
      compose({ text, intent, before, memory: recall(turns) }, String(seed), random),
      random,
    )) {
      if (count >= maxTokens) return 'length';
      await pace.next();
      count += 1;
      yield token;
    }
    signal.throwIfAborted();
    if (intent.type === 'fail') throw demoFailure(intent.how);
    return 'stop';
  }

  return { name: 'demo', answer };
}
