export { createChat, type Chat, type ChatConfig, type StoredText } from './chat.js';
export type { Caller } from './action-deps.js';
export type { Clock, CancelTimer, MintId } from './clock.js';
export type { OutgoingFrame } from './effects.js';
export { ChatError, OptionError, StorageError, type StorageReason } from './errors.js';
export { DEFAULT_OPTIONS, type ChatOptions } from './options.js';
export { isUuid } from './action-decoder.js';
