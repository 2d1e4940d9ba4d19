import { APIConnectionError, APIError } from 'openai';
import { ProviderError } from '../provider.js';
import { EventTooLarge } from './body-tap.js';
import { connectionFailure, rootCode } from './connection-failure.js';
import { cleanRequestId } from './redact.js';
import type { Redact } from './redact.js';
import { isRedirect, redirected } from './redirect.js';
import { retryAfterMs } from './retry-after.js';
import { statusFailure } from './status-failure.js';
import type { Where } from './status-failure.js';

/** What is known when an answer fails. */
export interface Failing extends Where {
  readonly redact: Redact;
  /** Of the response that was under way, if there was one. */
  readonly requestId: string | undefined;
}

const FAILED = 'The assistant failed to answer. Please try again.';
const BROKEN_OFF = 'The answer was broken off. Please try again.';

/** Whatever the client or a socket threw. The original stays behind: its text, headers and causes may hold the key. */
export function failureOf(error: unknown, failing: Failing): ProviderError {
  if (error instanceof ProviderError) return error;
  const { host, redact } = failing;
  const options = { cause: describe(error, redact), requestId: failing.requestId };
  if (error instanceof APIConnectionError) return connectionFailure(error, host, options);
  if (error instanceof APIError) {
    const headers = error.headers as Headers | undefined;
    const requestId = cleanRequestId(error.requestID) ?? failing.requestId;
    const status = error.status as number | undefined;
    if (status !== undefined && isRedirect(status)) {
      return redirected(status, headers?.get('location'), host, redact, { ...options, requestId });
    }
    const retryAfter = retryAfterMs(headers, Date.now());
    return complaintOf(status, error.error ?? error.message, failing, {
      ...options,
      requestId,
      retryAfterMs: retryAfter,
    });
  }
  if (error instanceof SyntaxError) {
    return new ProviderError('provider_error', `${host} sent an event that is not JSON`, FAILED, true, options);
  }
  if (error instanceof EventTooLarge) {
    return new ProviderError('provider_error', `${host}: ${error.message}`, FAILED, false, options);
  }
  const code = rootCode(error);
  if (code === 'UND_ERR_BODY_TIMEOUT') return silent(host, 'idle', undefined, options.requestId);
  const message = `${host} cut the connection in mid-answer${code === undefined ? '' : ` (${code})`}`;
  return new ProviderError('provider_error', message, BROKEN_OFF, true, options);
}

/** The provider's own error object: `{message, type, code, param}` at OpenAI, anything elsewhere. */
export function complaintOf(
  status: number | undefined,
  error: unknown,
  failing: Failing,
  options: { cause?: unknown; requestId?: string | undefined; retryAfterMs?: number | undefined } = {
    requestId: failing.requestId,
  },
): ProviderError {
  const fields = typeof error === 'object' && error !== null ? (error as Record<string, unknown>) : { message: error };
  // OpenRouter and vLLM have the HTTP status as the code.
  const code = fields['code'];
  const coded =
    typeof code === 'number' || (typeof code === 'string' && /^\d{3}$/.test(code)) ? Number(code) : undefined;
  const word = [code, fields['type']].find((one) => typeof one === 'string' && !/^\d*$/.test(one));
  const message = fields['message'];
  return statusFailure(
    {
      status: status ?? coded,
      code: failing.redact(typeof word === 'string' ? word : ''),
      message: failing.redact(
        typeof message === 'string' ? message : message === undefined ? '' : String(JSON.stringify(message)),
      ),
    },
    failing,
    options,
  );
}

/** The stream ended in good order, but without having said that the answer has. */
export function brokenOff(failing: Failing): ProviderError {
  const message = `${failing.host} ended the stream without finish_reason and [DONE]; the answer is not whole`;
  return new ProviderError('provider_error', message, BROKEN_OFF, true, { requestId: failing.requestId });
}

export function silent(
  host: string,
  phase: 'first_byte' | 'idle',
  ms: number | undefined,
  requestId: string | undefined,
): ProviderError {
  const time = ms === undefined ? 'too long' : `${ms} ms`;
  const message =
    phase === 'first_byte'
      ? `${host} did not begin to answer for ${time}`
      : `${host} fell silent in mid-answer for ${time}`;
  const sentence = 'The assistant took too long to answer. Please try again.';
  return new ProviderError('timeout', message, sentence, true, { requestId });
}

/** An answer without a word helps nobody, whatever its status says. */
export function emptyAnswer(failing: Failing, length: boolean): ProviderError {
  const why = length
    ? 'spent all its tokens before the first word of the answer (reasoning models do); raise the maximum length'
    : 'ended its answer without a word';
  const message = `model "${failing.model}" at ${failing.host} ${why}`;
  const sentence = 'The assistant gave an empty answer. Please try again.';
  return new ProviderError('provider_error', message, sentence, true, { requestId: failing.requestId });
}

function describe(error: unknown, redact: Redact): Error {
  // V8's message quotes the text that it could not read: an answer's.
  if (error instanceof SyntaxError) return new Error('SyntaxError');
  if (!(error instanceof Error)) return describe(new Error(String(error)), redact);
  const parts = [redact(error.message)];
  for (let at = error.cause, depth = 1; at instanceof Error && depth < 4; at = at.cause, depth += 1) {
    parts.push(`${at.name}: ${redact(at.message)}`);
  }
  const described = new Error(parts.join(' < '));
  described.name = error.name;
  // The stack of this function explains nothing.
  described.stack = `${described.name}: ${described.message}`;
  return described;
}
