import {
  type AnswerRequest,
  type FinishReason,
  type Provider,
  ProviderError,
} from '../../templates/node/src/providers/provider.js';
import type { Chance } from './chance.js';
import type { Scope } from './timeline.js';

/** One answer as the model said it: what every screen must show in the end. */
export interface Generation {
  readonly number: number;
  readonly question: string;
  said: string;
  pieces: number;
  outcome: 'open' | 'stop' | 'failed' | 'given up';
}

export interface ProviderParts {
  /** The process's: a model's words reach nobody while it stands still, and never once it is dead. */
  readonly clock: Scope;
  readonly chance: Chance;
  readonly generations: Generation[];
  /** Pieces of the longest answers. */
  readonly chunks: number;
}

/** One to four bytes a code point, what JSON escapes, what markdown means something by, and a byte order mark. */
const WORDS = [
  'so ',
  'né',
  '日本',
  '😀',
  '\n\n',
  '**',
  '`',
  '"',
  '\\',
  'ß ',
  '\u2028',
  '\ufeff',
  '```\n',
  '👩‍👩‍👧 ',
  '\0',
  'e\u0301',
];

/** A model that says random things at a random pace, and writes down what it has said. */
export function standIn({ clock, chance, generations, chunks }: ProviderParts): Provider {
  return {
    name: 'stand-in',
    async *answer({ turns, signal }: AnswerRequest): AsyncGenerator<string, FinishReason, void> {
      const generation: Generation = {
        number: generations.length + 1,
        question: turns.at(-1)?.content ?? '',
        said: '',
        pieces: 0,
        outcome: 'open',
      };
      generations.push(generation);
      // Most are of full length; the short ones leave room for more to happen in a trial.
      const pieces = generation.number === 1 || chance.is(0.5) ? chunks : chance.between(0, Math.ceil(chunks / 4));
      const failsAt = chance.is(0.06) ? chance.between(0, pieces) : Infinity;
      const pace = chance.pick([4, 20, 60, 120] as const);
      try {
        await pause(clock, signal, chance.between(1, chance.is(0.1) ? 8_000 : 600));
        for (let index = 0; index < pieces; index++) {
          if (index === failsAt) throw failure();
          const piece = index === 0 ? `[${generation.number}] ` : words(chance);
          generation.said += piece;
          generation.pieces++;
          yield piece;
          await pause(clock, signal, chance.is(0.004) ? chance.between(1_000, 20_000) : chance.between(2, 2 * pace));
        }
        generation.outcome = 'stop';
        return 'stop';
      } finally {
        if (generation.outcome === 'open') generation.outcome = signal.aborted ? 'given up' : 'failed';
      }
    },
  };
}

function words(chance: Chance): string {
  let text: string = chance.pick(WORDS as [string, ...string[]]);
  while (chance.is(0.6)) text += chance.pick(WORDS);
  return text;
}

function failure(): ProviderError {
  return new ProviderError('provider_error', 'the stand-in fails', 'The model failed.', true);
}

function pause(clock: Scope, signal: AbortSignal, milliseconds: number): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const onAbort = (): void => {
      cancel();
      reject(signal.reason as Error);
    };
    const cancel = clock.after(milliseconds, () => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    });
    signal.addEventListener('abort', onAbort);
  });
}
