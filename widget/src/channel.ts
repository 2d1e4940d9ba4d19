/** `cable-chat/channel`: the conversation without the elements, for pages that draw it themselves. */
export { AssistantChannel, type AssistantChannelOptions } from './assistant-channel.js';
export {
  ActionError,
  AnswerFailedError,
  CableChatError,
  ConfigurationError,
  ProtocolError,
  StorageError,
  TransportError,
} from './errors.js';
export type {
  AnswerStatus,
  AnswerView,
  ConnectionStatus,
  ConversationView,
  MessageView,
  QuestionStatus,
  QuestionView,
} from './conversation/view.js';
export type { SubscriptionParams, Transport } from './transport/transport.js';
