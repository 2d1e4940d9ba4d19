import { ProviderError } from '../provider.js';
import type { ProviderErrorOptions } from '../provider.js';
import type { Redact } from './redact.js';

export function isRedirect(status: number): boolean {
  return status >= 300 && status < 400;
}

/**
 * A redirect is not followed: it would send the visitor's conversation to whatever address a response names.
 * `location` is the response's header; it may hold anything, and is for the log only.
 */
export function redirected(
  status: number,
  location: string | null | undefined,
  host: string,
  redact: Redact,
  options: ProviderErrorOptions,
): ProviderError {
  // A query or a name before the @ may be a secret.
  const place = redact((location ?? '').replace(/[?#].*$/s, '').replace(/\/\/[^/]*@/, '//'));
  const message =
    `${host} redirects to ${place === '' ? 'nowhere' : place} (${status}), which is not followed, since the ` +
    'conversation would be sent there; if that is where the API is, set OPENAI_BASE_URL to it';
  const sentence = 'The assistant is not set up correctly. Please tell the owner of this site.';
  return new ProviderError('provider_error', message, sentence, false, options);
}
