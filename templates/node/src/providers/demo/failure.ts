import { ProviderError } from '../provider.js';
import type { FailureKind } from './intent.js';

/** The failures that a real provider has, so that they can be looked at without one. */
export function demoFailure(how: FailureKind): ProviderError {
  const message = `the demo model failed on request (${how})`;
  const options = { requestId: `demo-${how}` };
  switch (how) {
    case 'rate_limited': {
      const sentence = 'The assistant is asked too much at the moment. Please try again in 20 seconds.';
      return new ProviderError('provider_rate_limited', message, sentence, true, { ...options, retryAfterMs: 20_000 });
    }
    case 'unauthorized': {
      const sentence = 'The assistant is not set up correctly. Please tell the owner of this site.';
      return new ProviderError('provider_unauthorized', message, sentence, false, options);
    }
    case 'unreachable': {
      const sentence = 'The assistant cannot be reached at the moment. Please try again in a moment.';
      return new ProviderError('provider_unreachable', message, sentence, true, options);
    }
    case 'timeout':
      return new ProviderError(
        'timeout',
        message,
        'The assistant took too long to answer. Please try again.',
        true,
        options,
      );
    case 'at_once':
    case 'midway':
      return new ProviderError(
        'provider_error',
        message,
        'The demo model failed because you asked it to.',
        true,
        options,
      );
  }
}
