import type { AnswerError } from './protocol/frames.js';

/** One tree of errors: `instanceof CableChatError`, then `reason` tells which, for code; `message` for people. */
export class CableChatError<Reason extends string = string> extends Error {
  override readonly name: string = 'CableChatError';
  constructor(
    readonly reason: Reason,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * A frame that is not what the protocol says, one that the server cannot have sent (`forged_frame`), or an HTTP answer that
 * is none (`malformed_answer`). The message names the offending field, such as `messages[2].offset`.
 */
export class ProtocolError extends CableChatError<
  'malformed_frame' | 'foreign_conversation' | 'contradiction' | 'forged_frame' | 'malformed_answer'
> {
  override readonly name = 'ProtocolError';
}

/** An attribute or property that cannot work. `message` says which, what is wrong and what to write instead. */
export class ConfigurationError extends CableChatError<'invalid_attribute' | 'unsupported'> {
  override readonly name = 'ConfigurationError';
  constructor(
    readonly attribute: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super('invalid_attribute', message, options);
  }
}

export class TransportError extends CableChatError<
  'not_connected' | 'rejected' | 'closed' | 'token_failed' | 'unauthorized' | 'request_failed'
> {
  override readonly name = 'TransportError';
}

/** The browser stores nothing (full, forbidden, private mode): what is unsent is lost when the page goes. */
export class StorageError extends CableChatError<'storage_unavailable'> {
  override readonly name = 'StorageError';
  constructor() {
    super(
      'storage_unavailable',
      'Unsent messages cannot be stored in this browser; they are lost if the page is left.',
    );
  }
}

/** The server refused an action, or an answer failed. `message` is safe to show; `reason` is the server's code. */
export class AnswerFailedError extends CableChatError {
  override readonly name = 'AnswerFailedError';
  readonly retryable: boolean;
  readonly requestId: string | undefined;
  constructor(error: AnswerError) {
    super(error.code, error.message);
    this.retryable = error.retryable;
    this.requestId = error.request_id;
  }
}

/** Something the visitor wants to send cannot be sent; it was not sent. */
export class ActionError extends CableChatError<'empty' | 'too_long' | 'busy' | 'not_supported' | 'signed_out'> {
  override readonly name = 'ActionError';
}

/**
 * Who is here cannot be told: the server has no presence, could not read the list, sent none in time, or nobody keeps it any
 * more; or it is told without this visitor, who had joined (`not_listed`).
 */
export class PresenceError extends CableChatError<'unsupported' | 'failed' | 'timed_out' | 'closed' | 'not_listed'> {
  override readonly name = 'PresenceError';
}
