/** `cable-chat/elements`: the classes and their types. Importing this registers nothing; `defineElements()` does. */
export { CableChat } from './elements/cable-chat.js';
export { defineElements } from './elements/define.js';
export {
  CableChatAskEvent,
  CableChatChunkEvent,
  CableChatCompleteEvent,
  CableChatConnectionEvent,
  CableChatErrorEvent,
  CableChatFrameEvent,
  CableChatProgressEvent,
  CableChatStartEvent,
} from './events.js';
export {
  ActionError,
  AnswerFailedError,
  CableChatError,
  ConfigurationError,
  ProtocolError,
  StorageError,
  TransportError,
} from './errors.js';
export type { ChatFeature, ChatSession, ChatSessionEvents } from './controllers/chat-session.js';
export type {
  AnswerStatus,
  AnswerView,
  ConnectionStatus,
  ConversationView,
  MessageView,
  QuestionStatus,
  QuestionView,
} from './conversation/view.js';
export type { SessionStats } from './statistics.js';
export type { Strings } from './strings.js';
export type {
  ConnectionState,
  DisconnectReason,
  MessageMeta,
  Subscription,
  SubscriptionObserver,
  SubscriptionParams,
  Transport,
} from './transport/transport.js';
