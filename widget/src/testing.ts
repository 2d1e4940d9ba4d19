/** `cable-chat/testing`: real doubles for the tests of pages that use cable-chat, and for our own. */
export { MemoryTransport, MemorySubscription, type PerformedAction } from './transport/memory.js';
export { ManualClock } from './testing/manual-clock.js';
export type {
  ConnectionState,
  DisconnectReason,
  MessageMeta,
  Subscription,
  SubscriptionObserver,
  SubscriptionParams,
  Transport,
} from './transport/transport.js';
