import type { Identity } from './identity.js';

/** A message as Action Cable carries it: any JSON object. */
export type JsonObject = { readonly [name: string]: unknown };

/**
 * What a channel may do while one command of one subscription is handled. As under AnyCable, a channel keeps nothing
 * between commands: everything it needs is in the context or in the database.
 */
export interface ChannelContext {
  readonly identity: Identity;
  /** The subscription's parameters: the identifier's JSON without `channel`. */
  readonly params: JsonObject;
  /** Sends to this subscription only; not kept in any history. */
  transmit(message: JsonObject): void;
  /** From now on this subscription receives the stream's broadcasts. Only while subscribing. */
  streamFrom(stream: string): void;
  /** Refuses the subscription. Only while subscribing. */
  reject(): void;
}

export interface Channel {
  subscribed(context: ChannelContext): void | Promise<void>;
  perform(context: ChannelContext, action: string, data: JsonObject): void | Promise<void>;
  unsubscribed?(context: ChannelContext): void | Promise<void>;
}

/** Publishes to every subscription of a stream and appends to the stream's history. */
export type Broadcast = (stream: string, message: JsonObject) => void;
