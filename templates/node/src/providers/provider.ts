/**
 * The provider port: one answer from one model. The chat knows nothing else of a model.
 */

export interface Turn {
  readonly role: 'user' | 'assistant';
  readonly content: string;
}

export interface AnswerRequest {
  readonly system: string;
  /** Earlier turns and the question, oldest first; already cut to the token budget, failed answers left out. */
  readonly turns: readonly Turn[];
  /** '' or 'default': the model that the provider was set up with. */
  readonly model: string;
  /** Most tokens that the answer may have. */
  readonly maxTokens: number;
  /** Milliseconds: until the response begins, and between two pieces of it. */
  readonly timeouts: { readonly firstByte: number; readonly idle: number };
  /** Aborted when nobody wants the answer any more. */
  readonly signal: AbortSignal;
}

export type ProviderErrorCode =
  'provider_unauthorized' | 'provider_rate_limited' | 'provider_error' | 'provider_unreachable' | 'timeout';

export interface ProviderErrorOptions extends ErrorOptions {
  /** The provider's own name for the request (`x-request-id`), for its support. */
  readonly requestId?: string | undefined;
  /** Milliseconds after which the provider said that it may be asked again. */
  readonly retryAfterMs?: number | undefined;
}

/**
 * Every way an answer can fail at the provider. `message` is for the log; `publicMessage` is the safe sentence that
 * the visitor sees.
 */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';
  readonly requestId: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(
    readonly code: ProviderErrorCode,
    message: string,
    readonly publicMessage: string,
    readonly retryable: boolean,
    options: ProviderErrorOptions = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.requestId = options.requestId;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** A provider that cannot be set up: which setting, what is wrong with it and what to write instead. Never a key. */
export class ProviderConfigurationError extends Error {
  override readonly name = 'ProviderConfigurationError';
}

/** How an answer ended: `stop` of its own accord, `length` at maxTokens, `content_filter` cut by the provider. */
export type FinishReason = 'stop' | 'length' | 'content_filter';

export interface Provider {
  readonly name: string;
  /**
   * Yields non-empty pieces of text, whole code points each; returns how it ended.
   * Throws ProviderError; when `signal` is aborted it ends promptly, by return or by throwing the abort reason.
   */
  answer(request: AnswerRequest): AsyncGenerator<string, FinishReason, void>;
}
