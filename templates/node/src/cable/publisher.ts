import * as frames from './frames.js';
import type { TransientMessage } from './frames.js';
import type { StreamHistory } from './history.js';
import type { Hub } from './hub.js';

/** What a publisher may say about one message, as AnyCable's `StreamMessageMetadata`. */
export interface PublicationMeta {
  /** The `sid` of a connection that is not told: whoever caused it, and knows already. */
  readonly excludeSid?: string;
  /** The type of the frames that carry it; default: none. */
  readonly type?: string;
  /** It has no place in the stream, and is in no history. */
  readonly isTransient?: boolean;
}

/** A subscriber's connection, as far as it is told something. */
export interface Listener {
  readonly sid: string;
  send(text: string): void;
  /** Sends what may be lost: not to a client that is behind with reading. False: it was not sent. */
  sendTransient(text: string): boolean;
}

/** Tells the subscribers of a stream, each once for every subscription, in order. */
export class Publisher {
  readonly #hub: Hub<Listener>;
  readonly #history: StreamHistory;

  constructor(hub: Hub<Listener>, history: StreamHistory) {
    this.#hub = hub;
    this.#history = history;
  }

  /** A message of the stream: into its history first. `except`: the sid of a connection that is not told. */
  publish(stream: string, { json, type }: TransientMessage, except?: string): void {
    const published = { ...this.#history.append(stream, json), type };
    this.#tell(stream, except, (listener, identifier) => listener.send(frames.streamMessage(identifier, published)));
  }

  /** A message that has no place in the stream, and is in no history. */
  announce(stream: string, message: TransientMessage, except?: string): void {
    this.#tell(stream, except, (listener, identifier) => listener.send(frames.transientMessage(identifier, message)));
  }

  /** What one client says to the others, also by its other subscriptions: nothing is worth losing a listener for it. */
  whisper(stream: string, json: string, from: string): void {
    this.#tell(stream, from, (listener, identifier) =>
      listener.sendTransient(frames.transientMessage(identifier, { json })),
    );
  }

  #tell(stream: string, except: string | undefined, tell: (listener: Listener, identifier: string) => void): void {
    for (const [listener, identifier] of this.#hub.subscribers(stream)) {
      if (listener.sid !== except) tell(listener, identifier);
    }
  }
}
