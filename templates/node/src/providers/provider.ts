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
  readonly model: string;
  /** Most tokens that the answer may have. */
  readonly maxTokens: number;
  /** Milliseconds: until the response begins, and between two pieces of it. */
  readonly timeouts: { readonly firstByte: number; readonly idle: number };
  /** Aborted when nobody wants the answer any more. */
  readonly signal: AbortSignal;
}

export type ProviderErrorCode =
  | 'provider_unauthorized'
  | 'provider_rate_limited'
  | 'provider_error'
  | 'provider_unreachable'
  | 'timeout';

/**
 * Every way an answer can fail at the provider. `message` is for the log; `publicMessage` is the safe sentence that
 * the visitor sees.
 */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';
  constructor(
    readonly code: ProviderErrorCode,
    message: string,
    readonly publicMessage: string,
    readonly retryable: boolean,
    options?: ErrorOptions & { readonly requestId?: string },
  ) {
    super(message, options);
    this.requestId = options?.requestId;
  }
  readonly requestId: string | undefined;
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
