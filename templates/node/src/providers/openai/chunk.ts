import type { FinishReason } from '../provider.js';

/** What one `chat.completion.chunk` means to us. */
export type ChunkMeaning =
  | { readonly type: 'text'; readonly text: string; readonly finish: FinishReason | undefined }
  /** The stream says that it has failed. `error` is the provider's own object. */
  | { readonly type: 'error'; readonly error: unknown };

/**
 * Reads a chunk that was decoded from JSON and is still anything. Role deltas, usage, choices but the first and the
 * fields for reasoning of the various servers (`reasoning`, `reasoning_content`, parts of type `thinking`) have no text
 * for the visitor. A refusal has: it is what the model answers.
 *
 * https://platform.openai.com/docs/api-reference/chat-streaming/streaming
 */
export function readChunk(chunk: unknown): ChunkMeaning {
  if (!isRecord(chunk)) return { type: 'error', error: { message: 'an event is not a JSON object' } };
  // vLLM and others: an error without the `error` wrapper that the client looks for.
  if (chunk['object'] === 'error') return { type: 'error', error: chunk };
  const choices = Array.isArray(chunk['choices']) ? chunk['choices'].filter(isRecord) : [];
  const choice = choices.find((one) => (one['index'] ?? 0) === 0);
  if (choice === undefined) return { type: 'text', text: '', finish: undefined };
  const reason = choice['finish_reason'];
  if (reason === 'error') return { type: 'error', error: choice['error'] ?? { message: 'the model failed' } };
  const delta = isRecord(choice['delta']) ? choice['delta'] : {};
  return {
    type: 'text',
    text: textOf(delta['content']) + textOf(delta['refusal']),
    finish: typeof reason === 'string' && reason !== '' ? finishReason(reason) : undefined,
  };
}

/** Servers have words of their own; any word means that the model ended the answer itself. */
function finishReason(reason: string): FinishReason {
  switch (reason) {
    case 'length':
    case 'max_tokens':
    case 'model_length':
      return 'length';
    case 'content_filter':
    case 'safety':
      return 'content_filter';
    default:
      return 'stop';
  }
}

/** A string, or Mistral's list of parts. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .filter(isRecord)
    .map((part) => (part['type'] === 'text' && typeof part['text'] === 'string' ? part['text'] : ''))
    .join('');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
