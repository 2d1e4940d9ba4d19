/** What a session tells → the event that the page hears. */
import type { ChatSessionEvents } from '../controllers/chat-session.js';
import {
  CableChatChunkEvent,
  CableChatCompleteEvent,
  CableChatConnectionEvent,
  CableChatErrorEvent,
  CableChatFrameEvent,
  CableChatProgressEvent,
  CableChatStartEvent,
} from '../events.js';

const FACTORIES: {
  readonly [Name in keyof ChatSessionEvents]: (detail: ChatSessionEvents[Name]) => Event;
} = {
  start: ({ messageId }) => new CableChatStartEvent(messageId),
  chunk: ({ messageId, content, text }) => new CableChatChunkEvent(messageId, content, text),
  complete: ({ messageId, text, status }) => new CableChatCompleteEvent(messageId, text, status),
  error: ({ error, messageId, text }) => new CableChatErrorEvent(error, messageId, text),
  connection: ({ status, reason }) => new CableChatConnectionEvent(status, reason),
  progress: ({ messageId, incomplete, stalled }) => new CableChatProgressEvent(messageId, incomplete, stalled),
  frame: ({ frame }) => new CableChatFrameEvent(frame),
};

export function publicEvent<Name extends keyof ChatSessionEvents>(name: Name, detail: ChatSessionEvents[Name]): Event {
  return FACTORIES[name](detail);
}
