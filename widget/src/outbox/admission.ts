import { byteLength } from '../conversation/utf8.js';
import { ActionError } from '../errors.js';
import { MAX_ACTION_BYTES } from '../protocol/frames.js';
import type { OutboxAction } from './outbox.js';

/** What is known here already that the server would refuse, or the transport would not carry. */
export interface Admission {
  readonly signedOut: boolean;
  readonly answerOpen: boolean;
  readonly maxMessageBytes: number;
}

/** @throws ActionError `empty`, `too_long` (as text, or as JSON on the wire), `signed_out`, `busy` */
export function admit(action: OutboxAction, { signedOut, answerOpen, maxMessageBytes }: Admission): void {
  if ('message' in action) {
    if (action.message.trim() === '') throw new ActionError('empty', 'The message is empty.');
    if (byteLength(action.message) > maxMessageBytes) {
      throw new ActionError('too_long', `The message is longer than ${maxMessageBytes} bytes.`);
    }
  }
  // It travels as a string of JSON inside JSON: each quote and backslash of the text is there four times.
  if (byteLength(JSON.stringify(JSON.stringify(action))) > MAX_ACTION_BYTES) {
    throw new ActionError('too_long', `The message is longer than ${MAX_ACTION_BYTES} bytes on the wire.`);
  }
  if (signedOut) throw new ActionError('signed_out', 'The visitor is signed out.');
  if (answerOpen) throw new ActionError('busy', 'An answer is still under way.');
}
