/** `cable-chat/protocol`: the frames and actions of the chat protocol, for backends and transports. */
export * from './protocol/frames.js';
