import type { ChannelContext, JsonObject } from './channel.js';
import type { Identity } from './identity.js';

/** What a channel asks for while it handles one command. */
export interface ContextEffects {
  transmit(message: JsonObject): void;
  /** Only while subscribing, as `reject`. */
  streamFrom?(stream: string): void;
  reject?(): void;
  /** Called instead, with the method's name, when the channel asks for what has no effect. */
  misused(method: 'transmit' | 'streamFrom' | 'reject'): void;
}

export interface OpenContext {
  readonly context: ChannelContext;
  /** From now on the context does nothing: the command has ended. */
  end(): void;
}

/**
 * A context that lives as long as its command. What a channel does with it later would do nothing under AnyCable either,
 * where the command's answer has gone by then.
 */
export function openContext(identity: Identity, params: JsonObject, effects: ContextEffects): OpenContext {
  let ended = false;
  return {
    context: {
      identity,
      params,
      transmit: (message) => {
        if (ended) effects.misused('transmit');
        else effects.transmit(message);
      },
      streamFrom: (stream) => {
        if (ended || effects.streamFrom === undefined) effects.misused('streamFrom');
        else effects.streamFrom(stream);
      },
      reject: () => {
        if (ended || effects.reject === undefined) effects.misused('reject');
        else effects.reject();
      },
    },
    end: () => {
      ended = true;
    },
  };
}
