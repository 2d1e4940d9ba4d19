import { ProviderError } from '../provider.js';
import type { ProviderErrorOptions } from '../provider.js';
import { retryAfterText } from './retry-after.js';

/** What a server said about its failure, by status and error object or, within a stream, by the object alone. */
export interface Complaint {
  readonly status: number | undefined;
  /** OpenAI's `error.code`, else `error.type`; '' if there is neither. */
  readonly code: string;
  /** Fit for the log. */
  readonly message: string;
}

export interface Where {
  readonly host: string;
  readonly model: string;
  readonly hasKey: boolean;
}

const MISCONFIGURED = 'The assistant is not set up correctly. Please tell the owner of this site.';
const FAILED = 'The assistant failed to answer. Please try again.';
const BUSY = 'The assistant is overloaded at the moment. Please try again in a moment.';

/** https://platform.openai.com/docs/guides/error-codes */
export function statusFailure(complaint: Complaint, where: Where, options: ProviderErrorOptions): ProviderError {
  const { status, code, message } = complaint;
  const { host, model } = where;
  const said = `${status ?? 'in mid-stream'}${code === '' ? '' : ` ${code}`}${message === '' ? '' : `: ${message}`}`;
  const error = (kind: ProviderError['code'], text: string, publicMessage: string, retryable: boolean): ProviderError =>
    new ProviderError(kind, `${text} (${said})`, publicMessage, retryable, options);

  // What the server says is more exact than its status, which proxies change.
  if (code === 'insufficient_quota' || code === 'billing_hard_limit_reached' || status === 402) {
    const text = `the account at ${host} has no credit left; look at its billing`;
    return error(
      'provider_rate_limited',
      text,
      'The assistant has used up its quota. Please tell the owner of this site.',
      false,
    );
  }
  if (/context_length|string_above_max_length/.test(code) || tooLong(complaint)) {
    const text = `the conversation is longer than model "${model}" can take; lower the context budget`;
    const sentence = 'This conversation has become too long for the assistant. Please start a new one.';
    return error('provider_error', text, sentence, false);
  }
  if (/content_?(?:filter|policy)/i.test(code)) {
    const sentence = 'The assistant may not answer this question. Please put it in another way.';
    return error('provider_error', `${host} declined the question by its content policy`, sentence, false);
  }
  if (status === 401 || code === 'invalid_api_key' || code === 'authentication_error') {
    const cure = where.hasKey ? 'refused the key; check OPENAI_API_KEY' : 'wants a key; set OPENAI_API_KEY';
    return error('provider_unauthorized', `${host} ${cure}`, MISCONFIGURED, false);
  }
  if (status === 403 || code === 'permission_error') {
    const text = `the key may not use model "${model}" at ${host}; check the key's project and permissions`;
    return error('provider_unauthorized', text, MISCONFIGURED, false);
  }
  if (status === 404 || code === 'model_not_found') {
    const text = `${host} knows no model "${model}", or its API is elsewhere; check OPENAI_MODEL, and OPENAI_BASE_URL, which usually ends in /v1`;
    return error('provider_error', text, MISCONFIGURED, false);
  }
  if (status === 429 || /rate_limit|too_many_requests/.test(code)) {
    const sentence = `The assistant is asked too much at the moment. ${retryAfterText(options.retryAfterMs)}`;
    return error('provider_rate_limited', `${host} limits our rate`, sentence, true);
  }
  if (status === 408) return error('timeout', `${host} gave up waiting`, FAILED, true);
  if (status === 503 || status === 529 || /overloaded/.test(code)) {
    return error('provider_error', `${host} is overloaded`, BUSY, true);
  }
  // 409 and 425 pass; what else is below 500 is wrong with the request, and stays so.
  const retryable = status === undefined || status >= 500 || status === 409 || status === 425;
  const text = retryable ? `${host} failed` : `${host} refused the request`;
  return error('provider_error', text, retryable ? FAILED : MISCONFIGURED, retryable);
}

/** Compatible servers say it in words of their own, with a status of 400, 413 or 500. */
function tooLong({ status, message }: Complaint): boolean {
  return (
    status === 413 ||
    /(?:maximum|exceeds?(?: the)?|available) context|context (?:length|size|window)|too many (?:input )?tokens|prompt is too long/i.test(
      message,
    )
  );
}
