/**
 * What Rails does with AnyCable's RPC, done with the embedded server's `Channel` objects: request → response. Behind it
 * a channel cannot tell whether it runs under the embedded server or under AnyCable.
 */
import { openContext } from '../../../templates/node/src/cable/channel-context.js';
import type { ContextEffects } from '../../../templates/node/src/cable/channel-context.js';
import type { Channel, ChannelContext, JsonObject, StreamOptions } from '../../../templates/node/src/cable/channel.js';
import { decodeAction, decodeIdentifier } from '../../../templates/node/src/cable/commands.js';
import * as frames from '../../../templates/node/src/cable/frames.js';
import type { Identity } from '../../../templates/node/src/cable/identity.js';
import type { Logger } from '../../../templates/node/src/logger.js';
import { STATUS } from './rpc-messages.js';
import type { ConnectionEnv, RpcPresence, RpcRequest, RpcResponse } from './rpc-messages.js';

export interface RpcHandlerParts {
  readonly channels: Readonly<Record<string, Channel>>;
  /** Decides who connects. `null`: refused. */
  readonly identify: (env: ConnectionEnv) => Identity | null | Promise<Identity | null>;
  readonly logger: Logger;
}

export class RpcHandler {
  readonly #channels: ReadonlyMap<string, Channel>;
  readonly #identify: RpcHandlerParts['identify'];
  readonly #logger: Logger;

  constructor({ channels, identify, logger }: RpcHandlerParts) {
    this.#channels = new Map(Object.entries(channels));
    this.#identify = identify;
    this.#logger = logger;
  }

  /** @param sid the session's id, which the client needs in its `welcome` to come back to it */
  async handle(request: RpcRequest, sid: string): Promise<RpcResponse> {
    switch (request.method) {
      case 'connect':
        return this.#connect(request.env, sid);
      case 'disconnect':
        for (const identifier of request.subscriptions) await this.#unsubscribe(request.identifiers, identifier);
        return { status: STATUS.success };
      case 'command':
        switch (request.command) {
          case 'subscribe':
            return this.#subscribe(request.identifiers, request.identifier);
          case 'unsubscribe':
            return this.#unsubscribe(request.identifiers, request.identifier);
          case 'message':
            return this.#perform(request.identifiers, request.identifier, request.data);
        }
    }
  }

  async #connect(env: ConnectionEnv, sid: string): Promise<RpcResponse> {
    const identity = await this.#identify(env);
    if (identity === null) {
      return { status: STATUS.failure, transmissions: [frames.disconnect('unauthorized', false)] };
    }
    return {
      status: STATUS.success,
      identifiers: JSON.stringify(identity),
      transmissions: [frames.welcome(sid)],
    };
  }

  async #subscribe(identifiers: string, identifier: string): Promise<RpcResponse> {
    const streams: string[] = [];
    const state: Record<string, string> = {};
    const transmissions: string[] = [];
    const presence = new PresenceReply();
    let rejected = false;
    const streamFrom = (stream: string, options: StreamOptions): void => {
      streams.push(stream);
      if (options.presence === true) state[PRESENCE_STREAM] = stream;
      if (options.whisper === true) state[WHISPER_STREAM] = stream;
    };
    const called = await this.#call(
      identifiers,
      identifier,
      'subscribed',
      transmissions,
      (channel, context) => channel.subscribed(context),
      { streamFrom, reject: () => void (rejected = true), ...presence.effects },
    );
    if (called.status === STATUS.error) return called;
    if (rejected || called.status === STATUS.failure) {
      return { status: STATUS.failure, transmissions: [frames.rejectSubscription(identifier)] };
    }
    return {
      status: STATUS.success,
      streams,
      transmissions: [...transmissions, frames.confirmSubscription(identifier)],
      ...(Object.keys(state).length > 0 && { env: { istate: state } }),
      ...presence.fields,
    };
  }

  async #unsubscribe(identifiers: string, identifier: string): Promise<RpcResponse> {
    const transmissions: string[] = [];
    const called = await this.#call(identifiers, identifier, 'unsubscribed', transmissions, (channel, context) =>
      channel.unsubscribed?.(context),
    );
    return { ...called, stop_streams: true };
  }

  async #perform(identifiers: string, identifier: string, data: string): Promise<RpcResponse> {
    const decoded = decodeAction(data);
    if (decoded === undefined) return { status: STATUS.error, error_msg: 'data is no action' };
    const transmissions: string[] = [];
    const callback = `perform ${decoded.action.slice(0, 80)}`;
    const presence = new PresenceReply();
    const called = await this.#call(
      identifiers,
      identifier,
      callback,
      transmissions,
      (channel, context) => channel.perform(context, decoded.action, decoded.data),
      presence.effects,
    );
    return called.status === STATUS.success ? { ...called, transmissions, ...presence.fields } : called;
  }

  /** `failure`: there is no such channel. `error`: it threw. */
  async #call(
    identifiers: string,
    identifier: string,
    callback: string,
    transmissions: string[],
    run: (channel: Channel, context: ChannelContext) => void | Promise<void> | undefined,
    more: Omit<ContextEffects, 'transmit' | 'misused'> = {},
  ): Promise<RpcResponse> {
    const target = decodeIdentifier(identifier);
    const channel = target && this.#channels.get(target.channel);
    if (target === undefined || channel === undefined) return { status: STATUS.failure };
    const { context, end } = openContext(identityFrom(identifiers), target.params, {
      ...more,
      transmit: (message: JsonObject) => void transmissions.push(frames.transmission(identifier, message)),
      misused: (method) =>
        this.#logger.warn(`channel called ${method}() when it has no effect`, { identifier, callback }),
    });
    try {
      await run(channel, context);
      return { status: STATUS.success };
    } catch (error) {
      this.#logger.error(`channel failed in ${callback}`, { identifier, error });
      return { status: STATUS.error, error_msg: `channel failed in ${callback}` };
    } finally {
      end();
    }
  }
}

/** Where AnyCable looks for them: https://github.com/anycable/anycable/blob/master/common/common.go */
const PRESENCE_STREAM = '$p';
const WHISPER_STREAM = '$w';

/** What a command's answer says about presence: one thing, the last, as with `AnyCable::Rails::Channel::Presence`. */
class PresenceReply {
  #presence: RpcPresence | undefined;

  readonly effects: Pick<ContextEffects, 'joinPresence' | 'leavePresence'> = {
    joinPresence: ({ id, info }) => void (this.#presence = { type: 'join', id, ...(info !== undefined && { info }) }),
    leavePresence: () => void (this.#presence = { type: 'leave' }),
  };

  get fields(): Pick<RpcResponse, 'presence'> {
    return this.#presence === undefined ? {} : { presence: this.#presence };
  }
}

/** Our own words, which AnyCable kept for us. */
function identityFrom(identifiers: string): Identity {
  return JSON.parse(identifiers) as Identity;
}
