import { APIError } from 'openai';

/** The two names that the limit of an answer's length has in the wire format. */
export type TokenLimitField = 'max_completion_tokens' | 'max_tokens';

/**
 * Decides which name to use for a model. OpenAI deprecated `max_tokens`, and its reasoning models refuse it; many
 * compatible servers know nothing else, and some of them ignore an unknown `max_completion_tokens` in silence, which
 * would lift the limit unnoticed. So: `max_completion_tokens` for OpenAI's own hosts, `max_tokens` elsewhere, and when
 * the server refuses the one by name, the other from then on. The refused request cost nothing: nothing was generated.
 *
 * https://platform.openai.com/docs/api-reference/chat/create#chat-create-max_completion_tokens
 */
export class TokenLimitNames {
  readonly #first: TokenLimitField;
  readonly #learnt = new Map<string, TokenLimitField>();

  constructor(baseURL: URL, fixed: TokenLimitField | undefined) {
    this.#first = fixed ?? (isOpenAI(baseURL) ? 'max_completion_tokens' : 'max_tokens');
  }

  fieldFor(model: string): TokenLimitField {
    return this.#learnt.get(model) ?? this.#first;
  }

  /** True: `error` refuses the field that was used, and `fieldFor` now answers with the other one. */
  learn(model: string, used: TokenLimitField, error: unknown): boolean {
    if (!(error instanceof APIError) || !refuses(error, used)) return false;
    this.#learnt.set(model, used === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens');
    return true;
  }
}

function refuses(error: APIError, field: TokenLimitField): boolean {
  if (error.status !== 400 && error.status !== 422) return false;
  // "max_tokens is too large" names the field as well, and is no reason to try another name.
  const names = error.param === field || error.message.includes(field);
  return (
    names &&
    (error.code === 'unsupported_parameter' ||
      /unsupported|not supported|unknown|unrecogni[sz]ed|unexpected|not permitted|not allowed|extra (?:input|field)/i.test(
        error.message,
      ))
  );
}

function isOpenAI(baseURL: URL): boolean {
  return /(?:^|\.)(?:openai\.com|openai\.azure\.com)$/.test(baseURL.hostname);
}
