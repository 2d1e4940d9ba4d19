/** Calls channels, behind a border: what they throw ends here, with the identifier, and harms nobody else. */
import type { Logger } from '../logger.js';
import type { Channel, ChannelContext, JsonObject } from './channel.js';
import { openContext } from './channel-context.js';
import type { ContextEffects, ContextMethod } from './channel-context.js';
import type { Client } from './client.js';
import { decodeIdentifier } from './commands.js';
import * as frames from './frames.js';

/** The channel that a subscription's identifier names, and the parameters beside its name. */
export interface Target {
  readonly identifier: string;
  readonly channel: Channel;
  readonly params: JsonObject;
}

/** In characters. What a page asks for fits many times; what is longer only fills memory and log. */
export const MAX_IDENTIFIER_LENGTH = 4_096;

export class ChannelCalls {
  readonly #channels: ReadonlyMap<string, Channel>;
  readonly #logger: Logger;

  constructor(channels: Readonly<Record<string, Channel>>, logger: Logger) {
    // A map, so that a channel named `constructor` or `__proto__` is as unknown as any other.
    this.#channels = new Map(Object.entries(channels));
    this.#logger = logger;
  }

  target(identifier: string): Target | undefined {
    const decoded = identifier.length <= MAX_IDENTIFIER_LENGTH ? decodeIdentifier(identifier) : undefined;
    const channel = decoded && this.#channels.get(decoded.channel);
    return decoded && channel && { identifier, channel, params: decoded.params };
  }

  /** False when the channel threw. `effects`: what it may do besides transmitting. */
  async call(
    client: Client,
    target: Target,
    callback: string,
    run: (context: ChannelContext) => void | Promise<void> | undefined,
    effects: Omit<ContextEffects, 'transmit' | 'misused'> = {},
  ): Promise<boolean> {
    const { sid, identity } = client;
    const { identifier, params } = target;
    if (identity === undefined) return false;
    const { context, end } = openContext(identity, params, {
      ...effects,
      transmit: (message) => client.send(frames.transmission(identifier, message)),
      misused: (method) => this.misused(client, target, callback, method),
    });
    try {
      await run(context);
      return true;
    } catch (error) {
      this.#logger.error(`channel failed in ${callback}`, { sid, identifier, error });
      return false;
    } finally {
      end();
    }
  }

  misused({ sid }: Client, { identifier }: Target, callback: string, method: ContextMethod): void {
    this.#logger.warn(`channel called ${method}() when it has no effect`, { sid, identifier, callback });
  }
}
