import { ProviderError, type AnswerRequest, type FinishReason, type Provider } from '../providers/provider.js';
import type { Clock } from './clock.js';
import type { Logger } from '../logger.js';

/**
 * How many times its time-out a provider may go without a piece of text. It keeps the time-outs itself, and better: it also
 * sees reasoning and keep-alives, which are signs of life. This is for one that hangs all the same.
 */
const PATIENCE = 10;

/**
 * Reads an answer to its end, and returns how it ended. `take` returns false when it has enough: that is `length`.
 * Throws what the provider throws, the signal's reason as soon as it is aborted, and a ProviderError `timeout` when the
 * provider is silent for longer than it may be. None of these waits for a provider that neither answers nor stops: it is
 * left behind, with its signal aborted.
 */
export async function readPieces(
  deps: { readonly provider: Provider; readonly clock: Pick<Clock, 'after'>; readonly logger: Logger },
  request: Omit<AnswerRequest, 'signal'>,
  signal: AbortSignal,
  take: (piece: string) => boolean,
): Promise<FinishReason> {
  signal.throwIfAborted();
  const done = new AbortController();
  const pieces = deps.provider.answer({ ...request, signal: AbortSignal.any([signal, done.signal]) });
  let patience = request.timeouts.firstByte;
  try {
    for (;;) {
      const next = await within(deps.clock, patience * PATIENCE, signal, pieces.next());
      if (next.done) return next.value;
      patience = request.timeouts.idle;
      if (!take(next.value)) return 'length';
      signal.throwIfAborted();
    }
  } finally {
    done.abort();
    // Not awaited: a provider that hangs would keep us. What it says now was not asked for, but must not go unheard.
    pieces.return('stop').catch((error: unknown) => {
      if (!signal.aborted)
        deps.logger.debug('a provider failed after its answer was over', { provider: deps.provider.name, error });
    });
  }
}

/** `promise`, unless the signal is aborted or the time is over before it settles. */
function within<Value>(
  clock: Pick<Clock, 'after'>,
  ms: number,
  signal: AbortSignal,
  promise: Promise<Value>,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => settle(() => reject(signal.reason as Error));
    const cancelTimer = clock.after(ms, () =>
      settle(() =>
        reject(
          new ProviderError(
            'timeout',
            `the provider was silent for ${ms} ms and did not keep its own time-outs`,
            'The model took too long to answer. Please try again.',
            true,
          ),
        ),
      ),
    );
    const settle = (outcome: () => void): void => {
      cancelTimer();
      signal.removeEventListener('abort', onAbort);
      outcome();
    };
    signal.addEventListener('abort', onAbort);
    promise.then(
      (value) => settle(() => resolve(value)),
      (error: unknown) => settle(() => reject(error as Error)),
    );
  });
}
