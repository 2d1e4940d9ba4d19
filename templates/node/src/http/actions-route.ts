/**
 * `POST /cable_chat/actions`: what a page that listens to a signed stream, and so has no channel to perform on, asks of the
 * chat. In the body the action as JSON, with its name and its conversation beside its data; in the answer `frames`: what a
 * channel would have transmitted, in that order. Broadcasts go over the stream, as ever. See docs/protocol.md.
 *
 * One action is only of this mode: `stream` answers with the signed name of the conversation's stream, for this caller.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { MAX_IDENTIFIER_LENGTH, signStreamName, signedStreamIdentifier } from '../cable/index.js';
import { isUuid } from '../chat/index.js';
import type { Chat, OutgoingFrame } from '../chat/index.js';
import { Admission } from './admission.js';
import { readJsonObject } from './body.js';
import type { CallerOf } from './callers.js';
import { HttpError, sendJson } from './exchange.js';

export interface ActionsParts {
  readonly chat: Pick<Chat, 'perform' | 'streamFor'>;
  readonly callerOf: CallerOf;
  /** Signs the names of streams. */
  readonly streamsKey: string;
  /** False: the server is shutting down, and takes no actions any more. */
  readonly isOpen: () => boolean;
}

/** As a frame on the cable may have. */
const MOST_BODY_BYTES = 64 * 1_024;
/** Of one visitor: a widget sends one after the other, and a person has only so many tabs. */
const WAITING = { perUser: 16, total: 1_000 };

export function answerActions(
  parts: ActionsParts,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const { chat, callerOf, streamsKey, isOpen } = parts;
  const admission = new Admission(WAITING);
  return async (request, response) => {
    requireOpen(isOpen);
    const { user } = await callerOf(request, response);
    const { action, conversation_id: conversationId, ...data } = await readJsonObject(request, MOST_BODY_BYTES);
    if (typeof action !== 'string') throw new HttpError('invalid', 'action must be the name of an action.');
    if (!isUuid(conversationId)) throw new HttpError('invalid', 'conversation_id must be a UUID.');
    await admission.turn(user);
    requireOpen(isOpen);
    const frames: OutgoingFrame[] = [];
    if (action === 'stream') {
      const signed_stream_name = signedName(chat.streamFor(user, conversationId), streamsKey);
      return sendJson(response, 200, { frames, signed_stream_name });
    }
    chat.perform({ user, conversationId }, action, data, (frame) => frames.push(frame));
    sendJson(response, 200, { frames });
  };
}

/** The cable would reject what is longer, and say no more about it. */
function signedName(stream: string, key: string): string {
  const signed = signStreamName(stream, key);
  if (signedStreamIdentifier(signed).length <= MAX_IDENTIFIER_LENGTH) return signed;
  throw new HttpError('unprocessable', 'The name of this visitor is too long to be part of a stream’s.');
}

function requireOpen(isOpen: () => boolean): void {
  if (isOpen()) return;
  throw new HttpError('shutting_down', 'The server is shutting down. Try again in a moment.', {
    Connection: 'close',
    'Retry-After': '1',
  });
}
