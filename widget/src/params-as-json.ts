import { ConfigurationError } from './errors.js';
import type { SubscriptionParams } from './transport/transport.js';

/**
 * Subscription parameters as their attribute would say them; what is neither JSON nor an object is refused later, as what it is.
 * @throws ConfigurationError where JSON cannot say them
 */
export function paramsAsJson(params: SubscriptionParams | string | null): string | null {
  if (params === null || typeof params === 'string') return params;
  if (typeof params !== 'object') return String(params);
  try {
    return JSON.stringify(params);
  } catch (cause) {
    const message = 'channelParams cannot be sent. Set a flat object such as {room: 42}.';
    throw new ConfigurationError('channel-params', message, { cause });
  }
}
