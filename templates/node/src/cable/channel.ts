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
  streamFrom(stream: string, options?: StreamOptions): void;
  /** Refuses the subscription. Only while subscribing. */
  reject(): void;
  /**
   * Makes this connection present in the subscription's presence stream, once the command has ended well; of several
   * calls in one command the last counts. `info`: what everybody may know, as JSON can hold it. While subscribing and
   * performing. Throws CableError `invalid_presence` for an empty id or such info.
   */
  joinPresence(id: string, info?: unknown): void;
  /** Ends that, when joinPresence would begin it. */
  leavePresence(): void;
}

export interface StreamOptions {
  /** Makes it the subscription's one presence stream: its members are listed and told of each other. */
  readonly presence?: boolean;
  /**
   * Makes it the subscription's one whisper stream: whoever is subscribed this way can send to all of its subscribers, as
   * if they were the server. Never for streams whose messages are believed.
   */
  readonly whisper?: boolean;
}

export interface Channel {
  subscribed(context: ChannelContext): void | Promise<void>;
  perform(context: ChannelContext, action: string, data: JsonObject): void | Promise<void>;
  unsubscribed?(context: ChannelContext): void | Promise<void>;
}

/** Publishes to every subscription of a stream and appends to the stream's history. */
export type Broadcast = (stream: string, message: JsonObject) => void;
