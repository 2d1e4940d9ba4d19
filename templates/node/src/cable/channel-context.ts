import type { ChannelContext, JsonObject, StreamOptions } from './channel.js';
import type { Identity } from './identity.js';
import { presenceMember } from './presence-member.js';
import type { PresenceMember } from './presence-member.js';

export type ContextMethod = 'transmit' | 'streamFrom' | 'reject' | 'joinPresence' | 'leavePresence';

/** What a channel asks for while it handles one command. */
export interface ContextEffects {
  transmit(message: JsonObject): void;
  /** Only while subscribing, as `reject`. */
  streamFrom?(stream: string, options: StreamOptions): void;
  reject?(): void;
  /** Not while unsubscribing, as `leavePresence`. */
  joinPresence?(member: PresenceMember): void;
  leavePresence?(): void;
  /** Called instead, with the method's name, when the channel asks for what has no effect. */
  misused(method: ContextMethod): void;
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
      streamFrom: (stream, options = {}) => {
        if (ended || effects.streamFrom === undefined) effects.misused('streamFrom');
        else effects.streamFrom(stream, options);
      },
      reject: () => {
        if (ended || effects.reject === undefined) effects.misused('reject');
        else effects.reject();
      },
      joinPresence: (id, info) => {
        if (ended || effects.joinPresence === undefined) effects.misused('joinPresence');
        else effects.joinPresence(presenceMember(id, info));
      },
      leavePresence: () => {
        if (ended || effects.leavePresence === undefined) effects.misused('leavePresence');
        else effects.leavePresence();
      },
    },
    end: () => {
      ended = true;
    },
  };
}
