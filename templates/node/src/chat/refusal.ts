import type { ErrorCode, ErrorFrame } from 'cable-chat/protocol';
import type { ActionIds } from './action-decoder.js';

/** Why an action is refused. `message` is a sentence for the visitor. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryable: boolean;
}

export const FORBIDDEN: Refusal = {
  code: 'forbidden',
  message: 'This conversation is not yours.',
  retryable: false,
};

export const UNKNOWN_MESSAGE: Refusal = {
  code: 'invalid',
  message: 'There is no such message in this conversation.',
  retryable: false,
};

export const ID_TAKEN: Refusal = {
  code: 'invalid',
  message: 'This client_id is taken. Send the message with another one.',
  retryable: false,
};

export const STORAGE_FAILED: Refusal = {
  code: 'internal',
  message: 'The server cannot reach its storage at the moment. Please try again later.',
  retryable: true,
};

export function invalid(message: string): Refusal {
  return { code: 'invalid', message, retryable: false };
}

/** `stop` and `feedback` carry no client_id: `message_id` tells their sender which of them is meant. */
export function refusalFrame(conversationId: string, ids: ActionIds, refusal: Refusal): ErrorFrame {
  return {
    type: 'error',
    conversation_id: conversationId,
    client_id: ids.clientId,
    ...(ids.messageId !== null && { message_id: ids.messageId }),
    ...refusal,
  };
}
