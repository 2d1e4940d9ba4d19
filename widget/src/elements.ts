/** `cable-chat/elements`: the classes and their types. Importing this registers nothing; `defineElements()` does. */
export { CableChat } from './elements/cable-chat.js';
export { CablePresence } from './elements/cable-presence.js';
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
  CablePresenceChangeEvent,
  CablePresenceJoinEvent,
  CablePresenceLeaveEvent,
} from './events.js';
export {
  ActionError,
  AnswerFailedError,
  CableChatError,
  ConfigurationError,
  PresenceError,
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
export type { PresenceMember } from './presence/reduce.js';
export type { SessionStats } from './statistics.js';
export type { Plural, Strings } from './strings.js';
export type {
  ConnectionState,
  DisconnectReason,
  MessageMeta,
  PresenceEvent,
  Subscription,
  SubscriptionObserver,
  SubscriptionParams,
  SubscriptionPresence,
  Transport,
} from './transport/transport.js';
