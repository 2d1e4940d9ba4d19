import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { ProviderError } from '../../../../templates/node/src/providers/provider.js';

/** In no message and no log, wherever it was quoted. */
export const KEY = 'sk-test-0123456789abcdef';

/** What an answer's failure has to be. */
export interface Expected {
  readonly code: string;
  readonly retryable: boolean;
  /** Of the log's message, and of the visitor's sentence. */
  readonly message: RegExp;
  readonly publicMessage?: RegExp;
  readonly requestId?: RegExp | undefined;
  readonly retryAfterMs?: number | undefined;
}

export function checkFailure(error: unknown, expected: Expected): void {
  assert.ok(error instanceof ProviderError, `not a ProviderError: ${inspect(error)}`);
  assert.equal(error.code, expected.code, error.message);
  assert.equal(error.retryable, expected.retryable, error.message);
  assert.match(error.message, expected.message);
  assert.match(error.publicMessage, expected.publicMessage ?? /^[A-Z].*\.$/);
  assert.doesNotMatch(error.publicMessage, /\d{3}|http|127\.|model-1|Error|openai/i, 'not a sentence for a visitor');
  if ('requestId' in expected) {
    if (expected.requestId === undefined) assert.equal(error.requestId, undefined);
    else assert.match(error.requestId ?? '', expected.requestId);
  }
  if ('retryAfterMs' in expected) assert.equal(error.retryAfterMs, expected.retryAfterMs);
  // As a logger would print it, causes and all.
  assert.doesNotMatch(inspect(error, { depth: 10, showHidden: true }), /0123456789abcdef/, 'the key is in the log');
  assert.doesNotMatch(error.message, /\n/);
  assert.ok(error.message.length < 700, 'an endless message');
}
